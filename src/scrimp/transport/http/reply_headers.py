"""The headers of a reply as the engine has them."""

from __future__ import annotations

from contextlib import suppress

from pyreqwest.http import HeaderMap


def readable_headers(headers: HeaderMap) -> list[tuple[str, str]]:
    """Return names and values without those that are not ASCII, which the engine does not hand over.

    No header that we read may be other than ASCII, and the reply was paid for whatever a gateway adds to it.
    """
    try:
        return list(headers.items())
    except ValueError:
        readable: list[tuple[str, str]] = []
        for name in headers.keys():  # noqa: SIM118 - iterating over the map itself fails, too
            with suppress(ValueError):
                readable.append((name, headers[name]))
        return readable
