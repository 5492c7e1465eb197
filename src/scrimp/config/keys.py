"""Keys of providers: found where the config says, held so that nothing prints them, and taken out of any text."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from scrimp.config.schema import ProviderTable
from scrimp.errors import ConfigError, MissingKeyError
from scrimp.values import Endpoint

# What keys look like, for those that reach a text without having been read by us (a provider may echo one).
_LOOKS_LIKE_A_KEY = re.compile(r"\b(?:sk|pk|rk|gsk|xai|tm)-[\w-]{12,}|\bAIza[\w-]{20,}|(?<=[Bb]earer )[\w.~+/-]{12,}=*")
_HIDDEN = "[key]"
_COMMAND_SECONDS = 60


class Secret:
    """A key that shows itself only when asked by name."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return f"Secret({_HIDDEN})"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret is not written anywhere")

    def reveal(self) -> str:
        """Return the key itself."""
        return self._value


class KeyRing:
    """The keys of one process, each looked up once."""

    def __init__(
        self, env: Mapping[str, str], tables: Mapping[str, ProviderTable], warn: Callable[[str], None] = lambda _: None
    ) -> None:
        self._env, self._tables, self._warn = env, tables, warn
        self._found: dict[str, Secret | None] = {}

    def has(self, endpoint: Endpoint) -> bool:
        """Say whether a key is configured or none is needed; runs no command."""
        table = self._tables.get(endpoint.name, ProviderTable())
        if table.key_cmd or table.key_file:
            return True
        return endpoint.key_env is None or bool(self._env.get(endpoint.key_env))

    def find(self, endpoint: Endpoint) -> Secret | None:
        """Return the key from key_cmd, key_file or key_env, in this order; None where there is none."""
        if endpoint.name not in self._found:
            key = self._look_up(endpoint, self._tables.get(endpoint.name, ProviderTable()))
            self._found[endpoint.name] = Secret(key) if key else None
        return self._found[endpoint.name]

    def headers_for(self, endpoint: Endpoint) -> dict[str, str]:
        """Return the headers that carry an endpoint's secrets; MissingKeyError where one is needed and none is there."""
        headers = {}
        key = self.find(endpoint)
        if key is not None:
            headers[endpoint.auth_header] = endpoint.auth_prefix + key.reveal()
        elif endpoint.key_env is not None:
            raise MissingKeyError(missing_key(endpoint))
        for header, (variable, prefix) in endpoint.env_headers.items():
            if not self._env.get(variable):
                raise MissingKeyError(f"{endpoint.name} needs a second key: set {variable}")
            headers[header] = prefix + self._remember(variable, self._env[variable])
        return headers

    def redact(self, text: str) -> str:
        """Return the text without any key that is known or looks like one."""
        for secret in self._found.values():
            if secret is not None and len(secret.reveal()) > 3:
                text = text.replace(secret.reveal(), _HIDDEN)
        return _LOOKS_LIKE_A_KEY.sub(_HIDDEN, text)

    def _remember(self, name: str, value: str) -> str:
        self._found[name] = Secret(value)
        return value

    def _look_up(self, endpoint: Endpoint, table: ProviderTable) -> str:
        if table.key_cmd:
            return _from_command(endpoint.name, table.key_cmd)
        if table.key_file:
            return self._from_file(endpoint.name, Path(table.key_file).expanduser())
        return (self._env.get(endpoint.key_env or "") or "").strip()

    def _from_file(self, name: str, path: Path) -> str:
        try:
            key = path.read_text(encoding="utf-8").strip()
            mode = path.stat().st_mode
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"the key file of {name}, {path}, cannot be read: correct key_file") from error
        if mode & (stat.S_IRGRP | stat.S_IROTH):
            self._warn(f"{path} can be read by others: chmod 600 it")
        return key


def missing_key(endpoint: Endpoint) -> str:
    """Return the sentence for a provider without a key."""
    return (
        f"no key for {endpoint.name}: set {endpoint.key_env}, or key_cmd or key_file under [providers.{endpoint.name}]"
    )


def _from_command(name: str, command: str) -> str:
    import shlex  # noqa: PLC0415 - only where a command gives the key
    import subprocess  # noqa: PLC0415 - as above

    try:
        ran = subprocess.run(
            shlex.split(command), stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=_COMMAND_SECONDS
        )
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        # Neither its output nor its words are repeated: both may hold a secret.
        reason = type(error).__name__
        raise ConfigError(f"the key_cmd of {name} failed ({reason}): run it by hand to see why") from None
    return ran.stdout.decode().strip()
