"""Hosts that are called without a proxy: NO_PROXY, read as curl reads it.

Entries are separated by commas or blanks: a domain with all below it (a dot or `*.` before it changes nothing), an
address, a network, or `*` for every host; a port, or a scheme, limits an entry to it. IPv6 may stand in brackets.
Source: curl's lib/noproxy.c and the page of CURLOPT_NOPROXY; ports are as in Python and Go, which curl has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65535


class Entry(Struct, frozen=True):
    """A domain or a network, on one port and for one scheme if they are given."""

    place: str | IPv4Network | IPv6Network  # an empty domain is every host
    port: int | None = None
    scheme: str | None = None

    def covers(self, scheme: str, host: str, port: int) -> bool:
        """Return whether the host is in it."""
        if self.scheme not in (None, scheme) or self.port not in (None, port):
            return False
        address = _address(host)
        if not isinstance(self.place, str):
            return address is not None and address in self.place
        return not self.place or (address is None and f".{host}".endswith(f".{self.place}"))


class NoProxy(Struct, frozen=True):
    """The entries of the variable, by the words that give them, and the words that no host can match."""

    entries: Mapping[str, Entry] = {}
    unusable: tuple[str, ...] = ()

    def covers(self, scheme: str, host: str, port: int | None) -> bool:
        """Return whether a host, an address in brackets or not, is called without a proxy."""
        bare = _canonical(host.strip("[]"))
        number = _PORTS.get(scheme, 0) if port is None else port
        return any(entry.covers(scheme, bare, number) for entry in self.entries.values())


def parse_no_proxy(text: str) -> NoProxy:
    """Parse a value of NO_PROXY."""
    parsed = {word: _entry(word) for word in re.split(r"[,\s]+", text) if word}
    return NoProxy(
        {word: entry for word, entry in parsed.items() if entry is not None},
        tuple(word for word, entry in parsed.items() if entry is None),
    )


def _entry(word: str) -> Entry | None:
    scheme, separator, rest = word.rpartition("://")
    if separator and scheme.lower() not in _PORTS:
        return None
    for place, port in _readings(rest.rstrip("/") if separator else rest):
        if place is not None:
            return Entry(place, port, scheme.lower() or None)
    return None


def _readings(word: str) -> Iterator[tuple[str | IPv4Network | IPv6Network | None, int | None]]:
    """Yield the word as a place without a port, then with one: an IPv6 address has colons of its own."""
    yield _place(word), None
    place, colon, port = word.rpartition(":")
    if colon and port.isascii() and port.isdigit() and int(port[:6]) <= _LAST_PORT:
        yield _place(place), int(port)


def _place(word: str) -> str | IPv4Network | IPv6Network | None:
    if word == "*":
        return ""
    bracketed = re.fullmatch(r"\[([^\]]*)\](/\d+)?", word)
    try:
        return ip_network("".join(part or "" for part in bracketed.groups()) if bracketed else word, strict=False)
    except ValueError:
        pass
    domain = _canonical(word.removeprefix("*").removeprefix("."))
    labels = domain.split(".")
    usable = all(re.fullmatch(r"[a-z0-9_-]+", label) for label in labels) and not labels[-1].isdigit()
    return domain if usable else None


def _canonical(host: str) -> str:
    """Return a host in the form it has in a URL."""
    bare = host.lower().removesuffix(".")
    try:
        return bare if bare.isascii() else bare.encode("idna").decode()
    except UnicodeError:
        return bare


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
