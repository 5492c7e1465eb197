"""Proxies of the environment: the variable that is in force for an address, its value checked, and what it means.

A value that cannot be obeyed is refused: the engine would pass it by, and the call would leave without the proxy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from scrimp.errors import ConfigError
from scrimp.transport.http.no_proxy import NoProxy, parse_no_proxy

_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
_WITHOUT_USER = ("socks4", "socks4a")  # the engine would leave it out in silence
PROXIES = {"https": "HTTPS_PROXY", "http": "HTTP_PROXY", "all": "ALL_PROXY"}
NO_PROXY = "NO_PROXY"
_FOR_EVERY_SCHEME = "all"
# Blanks, controls, and bytes that are not UTF-8: in no address, and encoded in a password.
_UNUSABLE = r"[\x00-\x20\x7f\ud800-\udfff]"


class Proxy(Struct, frozen=True):
    """A proxy, and the variable that names it."""

    variable: str
    url: str

    def __repr__(self) -> str:
        return f"Proxy({self.variable})"

    @property
    def shown(self) -> str:
        """Its address without user and password."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


class Proxies(Struct, frozen=True):
    """The proxy of each scheme, and the hosts that are called without one."""

    by_scheme: Mapping[str, Proxy]
    no_proxy: NoProxy
    no_proxy_variable: str = ""

    def proxy_of(self, scheme: str, host: str, port: int | None) -> Proxy | None:
        """Return the proxy through which an address is called; None if it is called directly."""
        proxy = self.by_scheme.get(scheme)
        return None if proxy is None or self.no_proxy.covers(scheme, host, port) else proxy

    def warnings(self) -> Iterator[str]:
        """Yield a sentence for each entry of NO_PROXY that no host can match, where there is a proxy."""
        for entry in self.no_proxy.unusable if self.by_scheme else ():
            yield f"{self.no_proxy_variable} has '{entry}', which no host can match: write a domain, an address or *"


NO_PROXIES = Proxies({}, NoProxy())


def read_proxies(env: Mapping[str, str]) -> Proxies:
    """Return the proxies that the environment names; raise ConfigError for one that cannot be obeyed."""
    named = {scheme: proxy_named_by(variable, env) for scheme, variable in proxy_variables(env).items()}
    for_every = named.pop(_FOR_EVERY_SCHEME, None)
    if for_every is not None:
        named = {"http": for_every, "https": for_every} | named
    variable = variable_in_force(env, NO_PROXY) or ""
    return Proxies(named, parse_no_proxy(env.get(variable, "")), variable)


def proxy_variables(env: Mapping[str, str]) -> dict[str, str]:
    """Return the variables in force by what is called through their proxies: http, https, and all that is left."""
    in_force = {scheme: variable_in_force(env, name) for scheme, name in PROXIES.items()}
    # A web server gives a CGI script the header `Proxy` of a request under this name (CVE-2016-5385).
    if in_force["http"] == "HTTP_PROXY" and "REQUEST_METHOD" in env:
        in_force["http"] = None
    return {scheme: variable for scheme, variable in in_force.items() if variable is not None}


def variable_in_force(env: Mapping[str, str], name: str) -> str | None:
    """Return which spelling of a variable is in force: lowercase wins over uppercase, and an empty value is not set."""
    return next((form for form in (name.lower(), name.upper()) if env.get(form, "").strip()), None)


def proxy_named_by(variable: str, env: Mapping[str, str]) -> Proxy:
    """Return the checked proxy; a message does not repeat the value, which may hold a password."""
    text = env[variable].strip()
    url = text if "://" in text else f"http://{text}"
    scheme = url.partition("://")[0].lower()
    if re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme) and scheme not in _SCHEMES:
        raise ConfigError(f"{variable} names a proxy of a kind that scrimp cannot use: write {_one_of_schemes()}")
    if re.search(_UNUSABLE, url) or not _is_host_and_port(url):
        raise ConfigError(f"{variable} is not the address of a proxy: write http://HOST:PORT, or unset it")
    if scheme in _WITHOUT_USER and "@" in url:
        raise ConfigError(f"{variable} has a user, which cannot be sent by {scheme}: write socks5://, or leave it out")
    return Proxy(variable, url)


def _one_of_schemes() -> str:
    *others, last = (f"{scheme}://" for scheme in _SCHEMES)
    return f"{', '.join(others)} or {last}HOST:PORT, or unset it"


def _is_host_and_port(url: str) -> bool:
    """Return whether a URL has a host, and no path: that of a password with a slash or a number sign is one."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0 and not parts.path.strip("/") + parts.query + parts.fragment
    except ValueError:
        return False
