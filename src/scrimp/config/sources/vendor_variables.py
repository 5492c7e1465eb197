"""Variables of the vendors' own programs that say where their API is, obeyed as the official SDKs obey them.

They are the lowest layer of the configuration: what a config file of scrimp says about the provider comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scrimp.config.sources.layers import CUSTOM_HEADERS, VENDOR_VARIABLES, Tree, is_unicode, to_config
from scrimp.errors import ConfigError

# The headers that variables set; the others set headers of any name, or an address.
_HEADERS: Mapping[str, str] = {"OPENAI_ORG_ID": "openai-organization", "OPENAI_PROJECT_ID": "openai-project"}
_LOOPBACK = "127.0.0.1"
_EVERY_ADDRESS = ("", "0.0.0.0", "[::]", "::")  # noqa: S104 - what a server listens on; a client calls it on this machine
_OLLAMA_PORT, _LAST_PORT = 11434, 65535
_PORTS = {"http": 80, "https": 443}


def vendor_layers(env: Mapping[str, str]) -> Iterator[tuple[str, Tree]]:
    """Yield each variable that is set with the layer it stands for; an empty one sets nothing."""
    for variable in VENDOR_VARIABLES:
        if value := env.get(variable, "").strip():
            layer: Tree = {"providers": {provider_of(variable): _table(variable, value)}}
            to_config(layer, variable)
            yield variable, layer


def provider_of(variable: str) -> str:
    """Return the provider whose table a variable changes."""
    return variable.partition("_")[0].lower()


def _table(variable: str, value: str) -> Tree:
    if variable == "OLLAMA_HOST":
        return {"base_url": ollama_url(value)}
    if variable in CUSTOM_HEADERS:
        return {"headers": _custom_headers(variable, value)}
    if header := _HEADERS.get(variable):
        return {"headers": {header: value}}
    return {"base_url": _url(variable, value)}


def _custom_headers(variable: str, text: str) -> Tree:
    """Return the headers of a variable with one on each line."""
    headers: Tree = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
        elif line.strip():
            # The line is not repeated: it may hold a key.
            raise ConfigError(f"{variable} has a line without a colon: write NAME: VALUE on each line, or unset it")
    return headers


def ollama_url(host: str) -> str:
    """Return the base URL of OLLAMA_HOST, read as ollama itself does: host, port, scheme and path may each be left out.

    Source: `Host` in envconfig/config.go of ollama. An address to listen on is called at this machine.
    """
    scheme, separator, rest = host.rpartition("://")
    default_port = _PORTS.get(scheme, _OLLAMA_PORT) if separator else _OLLAMA_PORT
    address, slash, path = rest.partition("/")
    name, colon, port = address.rpartition(":")
    if not colon or address.endswith("]") or (":" in name.strip("[]") and not name.startswith("[")):
        name, port = address, ""  # without a port; an IPv6 address has colons of its own
    if name in _EVERY_ADDRESS:
        name = _LOOPBACK
    if ":" in name and not name.startswith("["):
        name = f"[{name}]"
    number = int(port) if port.isascii() and port.isdigit() and len(port) <= len(str(_LAST_PORT)) else default_port
    folder = f"{slash}{path}".rstrip("/").removesuffix("/v1")
    return f"{scheme or 'http'}://{name}:{number if number <= _LAST_PORT else default_port}{folder}/v1"


def _url(variable: str, value: str) -> str:
    # The value is not repeated: an address may hold a password.
    if not is_unicode(value) or not value.startswith(("http://", "https://")):
        raise ConfigError(f"{variable} is not a URL: write https://HOST/PATH, or unset it")
    return value
