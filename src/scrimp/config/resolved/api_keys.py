"""API keys of providers: looked up as the config says, held so that nothing prints them, and redacted in any text."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from scrimp.config.paths import expanded
from scrimp.config.resolved.known_secrets import KnownSecrets
from scrimp.config.schema import ProviderTable
from scrimp.config.secret_patterns import REDACTED, may_hold_secret, secret_in_header
from scrimp.errors import ConfigError, MissingKeyError
from scrimp.providers.endpoint import Endpoint

_COMMAND_TIMEOUT = 60  # seconds
_NO_TABLE = ProviderTable()


class Secret:
    """A key that only `reveal` shows."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return f"Secret({REDACTED})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be serialized or copied")

    def reveal(self) -> str:
        """Return the key itself."""
        return self._value


class KeyRing:
    """The API keys of one process, each looked up once."""

    def __init__(
        self, env: Mapping[str, str], tables: Mapping[str, ProviderTable], warn: Callable[[str], None] = lambda _: None
    ) -> None:
        self._env, self._tables, self._warn = env, tables, warn
        self._secrets: dict[str, Secret | None] = {}
        self._headers: dict[str, tuple[Endpoint, Mapping[str, str]]] = {}
        self._known = KnownSecrets()

    def has(self, endpoint: Endpoint) -> bool:
        """Return whether a key is configured or none is needed; this runs no command and opens no file."""
        table = self._tables.get(endpoint.name, _NO_TABLE)
        if table.key_cmd or table.key_file:
            return True
        return endpoint.key_env is None or _authorized(endpoint) or any(map(self._variable, _variables(endpoint)))

    def find(self, endpoint: Endpoint) -> Secret | None:
        """Return the key from key_cmd, key_file or key_env, in this order; None if there is none."""
        if endpoint.name not in self._secrets:
            key = self._look_up(endpoint, self._tables.get(endpoint.name, _NO_TABLE))
            self._secrets[endpoint.name] = self._remembered(endpoint.name, key) if key else None
        return self._secrets[endpoint.name]

    def headers_for(self, endpoint: Endpoint) -> Mapping[str, str]:
        """Return the headers that carry an endpoint's secrets; raise MissingKeyError if one it needs is missing."""
        known = self._headers.get(endpoint.name)
        if known is None or known[0] is not endpoint:
            known = self._headers[endpoint.name] = endpoint, self._headers_for(endpoint)
        return known[1]

    def _headers_for(self, endpoint: Endpoint) -> dict[str, str]:
        headers = {} if _authorized(endpoint) else self._authorization(endpoint)
        configured = {name.lower() for name in self._tables.get(endpoint.name, _NO_TABLE).headers}
        for header, value in endpoint.headers.items():
            secret = (
                secret_in_header(header, value) if header.lower() in configured or may_hold_secret(header) else None
            )
            if secret is not None:
                self._known.add(f"the header {header} of {endpoint.name}", secret)
        for header, (variable, prefix) in endpoint.env_headers.items():
            second_key = self._variable(variable)
            if not second_key:
                raise MissingKeyError(f"{endpoint.name} needs a second key: set {variable}")
            self._known.add(f"${variable}", second_key)
            headers[header] = prefix + _checked(second_key, f"${variable}")
        return headers

    def _authorization(self, endpoint: Endpoint) -> dict[str, str]:
        if (key := self.find(endpoint)) is not None:
            return {endpoint.auth_header: endpoint.auth_prefix + key.reveal()}
        if (token := self._token(endpoint)) is not None:
            return {"authorization": f"Bearer {token.reveal()}"}
        if endpoint.key_env is not None:
            raise MissingKeyError(missing_key_message(endpoint))
        return {}

    def variable(self, name: str) -> str:
        """Return the value of a variable; "" where it is not set."""
        return self._variable(name)

    def has_variable(self, name: str) -> bool:
        """Return whether a variable is set."""
        return bool(self._variable(name))

    def hide(self, source: str, value: str) -> None:
        """Remember a secret that is not a provider's key; `source` is the setting that has it."""
        self._known.add(source, value)

    def redact(self, text: str) -> str:
        """Return a message without any known secret, piece of one, or text that has the shape of one."""
        return self._known.redact(text)

    def redact_whole(self, text: str) -> str:
        """Return the text without the known secrets, where they stand in it as they are."""
        return self._known.redact_whole(text)

    def unfinished(self, text: str) -> int:
        """Return how many characters at the end of the text may be the beginning of a known secret."""
        return self._known.unfinished(text)

    def _remembered(self, source: str, value: str) -> Secret:
        self._known.add(source, value)
        return Secret(value)

    def _look_up(self, endpoint: Endpoint, table: ProviderTable) -> str:
        if table.key_cmd:
            return _checked(_from_command(endpoint.name, table.key_cmd), f"the key_cmd of {endpoint.name}")
        if table.key_file:
            key = self._from_file(endpoint.name, expanded(table.key_file, f"the key_file of {endpoint.name}"))
            return _checked(key, f"the key_file of {endpoint.name}")
        key = self._variable(endpoint.key_env or "")
        return _checked(key, f"${endpoint.key_env}") if key else ""

    def _token(self, endpoint: Endpoint) -> Secret | None:
        """Return the bearer token that stands in for a key."""
        token = self._variable(endpoint.bearer_env or "")
        if not token:
            return None
        source = f"${endpoint.bearer_env}"
        return self._remembered(source, _checked(token, source))

    def _variable(self, name: str) -> str:
        return self._env.get(name, "").strip()

    def _from_file(self, name: str, path: Path) -> str:
        try:
            key = path.read_text(encoding="utf-8").strip()
            mode = path.stat().st_mode
        except (OSError, UnicodeDecodeError):
            # Without its cause: a decoding error contains the bytes it could not decode.
            raise ConfigError(f"the key_file of {name}, {path}, cannot be read: correct it") from None
        if mode & (stat.S_IRGRP | stat.S_IROTH):
            self._warn(f"{path} can be read by others: run chmod 600 on it")
        return key


def _variables(endpoint: Endpoint) -> tuple[str, ...]:
    return tuple(filter(None, (endpoint.key_env, endpoint.bearer_env)))


def _authorized(endpoint: Endpoint) -> bool:
    """Return whether a header that the user sets for every request stands in for the key."""
    names = {endpoint.auth_header.lower(), *(("authorization",) if endpoint.bearer_env else ())}
    return not names.isdisjoint(endpoint.headers)


def missing_key_message(endpoint: Endpoint) -> str:
    """Return the error message for a provider without a key."""
    return (
        f"no key for {endpoint.name}: set {endpoint.key_env}, or key_cmd or key_file under [providers.{endpoint.name}]"
    )


def _checked(key: str, source: str) -> str:
    """Return the key if an HTTP header can hold it; an HTTP library that refused it later might print it."""
    if not key:
        raise ConfigError(f"{source} gives no key: correct it")
    if key[0] == key[-1] and key[0] in "\"'`":
        raise ConfigError(f"{source} gives a key with quotes around it: leave them out")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError(f"{source} gives something that is not a key (one word of printable ASCII): correct it")
    return key


def _from_command(name: str, command: str) -> str:
    import subprocess  # only where a command gives the key

    from scrimp.command_words import CommandError, command_words

    try:
        process = subprocess.run(
            command_words(command), stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=_COMMAND_TIMEOUT
        )
        return process.stdout.decode().strip()
    except subprocess.CalledProcessError as error:
        reason = f"exit status {error.returncode}"
    except CommandError as error:
        raise ConfigError(f"the key_cmd of {name} cannot be run: {error}") from error
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        reason = type(error).__name__
    # Neither the command nor its output is repeated: both may contain a secret.
    raise ConfigError(f"the key_cmd of {name} failed ({reason}): run it by hand to see why")
