"""The schema of [shared]: servers that many processes share."""

from typing import Annotated
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from msgspec import Meta, Struct

from scrimp.config.secret_patterns import contains_secret, is_variable_name
from scrimp.config.validated import validate
from scrimp.errors import ConfigError
from scrimp.units import parse_duration

_SCHEMES = ("redis", "rediss", "unix")
_LONGEST_TIMEOUT = 60


class SharedTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[shared]: where the cache of completions is shared with other machines, and where limits and budgets are."""

    cache: str | None = None  # the address of a Redis or Valkey server
    cache_env: str | None = None  # the variable with that address
    cache_local: bool = True  # completions are in the local cache, too
    cache_ttl: str = "90d"  # how long a completion stays on the server
    limits: str | None = None  # the address of a server that keeps limits and budgets
    limits_env: str | None = None  # the variable with that address
    patience: str = "30s"  # how long calls under a budget wait for the server
    timeout: Annotated[float, Meta(gt=0, le=_LONGEST_TIMEOUT)] = 0.5  # seconds for one answer of a server

    def __post_init__(self) -> None:
        _check_address("cache", self.cache, self.cache_env)
        _check_address("limits", self.limits, self.limits_env)
        validate(parse_duration, self.cache_ttl, "cache_ttl")
        validate(parse_duration, self.patience, "patience")
        if parse_duration(self.cache_ttl, "cache_ttl") < 1:
            raise ValueError("cache_ttl is at least 1s: without a shared cache, leave out cache")


def _check_address(name: str, url: str | None, variable: str | None) -> None:
    """Raise ValueError if a server is named twice, or not as one is."""
    validate(server_parts, url, name)
    if url is not None and variable is not None:
        raise ValueError(f"{name} and {name}_env exclude each other: keep one")
    if variable and (not is_variable_name(variable) or contains_secret(variable)):
        raise ValueError(f"{name}_env takes the name of an environment variable, never the address itself")


def server_parts(url: str, name: str) -> SplitResult:
    """Return the parts of a server's address; raise ConfigError, without the address, which may hold a password."""
    try:
        parts = urlsplit(url)
        if parts.scheme in _SCHEMES and (parts.path if parts.scheme == "unix" else parts.hostname) and _port(parts):
            return parts
    except ValueError:
        pass  # as below
    raise ConfigError(
        f"{name} is not the address of a server: write redis://HOST:PORT/0, rediss://... with TLS or unix:///PATH, "
        "with %2F for a / in a password"
    )


def _port(parts: SplitResult) -> bool:
    """Return whether the port can be one; ValueError if it is not a number, or too large."""
    return parts.port is None or parts.port > 0


def shown_address(url: str) -> str:
    """Return the address of a server without what may be secret: user, password and all options but the database."""
    parts = urlsplit(url)
    database = "".join(f"?db={number}" for number in parse_qs(parts.query).get("db", ())[:1] if number.isdecimal())
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{database}"


def is_on_this_machine(url: str) -> bool:
    """Return whether an address is one of this machine."""
    parts = urlsplit(url)
    return parts.scheme == "unix" or parts.hostname in ("localhost", "127.0.0.1", "::1")


def secrets_of(url: str) -> list[str]:
    """Return the parts of an address that must be in no output: its password, as it is written and as it is sent."""
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    written = [parts.password or "", *options.get("password", ()), *options.get("ssl_password", ())]
    return [secret for secret in dict.fromkeys((*written, *map(unquote, written))) if secret]
