"""Headers by which gateways tell calls apart: the user, the run as a session, and the labels as properties.

Providers' reference, 13 to 15. The user's own headers override them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from scrimp.enums import LabelHeaders
from scrimp.providers.endpoint import Endpoint

_PRINTABLE = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9-]+")
_PORTKEY_LONGEST = 128  # characters of a value of its metadata


class Labels(Struct, frozen=True, kw_only=True):
    """What a run is called."""

    run: str
    route: str | None = None
    user: str | None = None
    tags: Mapping[str, str] = {}


def labeled(endpoint: Endpoint, labels: Labels) -> Endpoint:
    """Return an endpoint whose requests carry the labels of a run, in the words of its gateway."""
    if endpoint.labels == "none":
        return endpoint
    headers = {name: _ascii(value) for name, value in _WORDS[endpoint.labels](labels).items()}
    return replace(endpoint, headers={**headers, **endpoint.headers})


def _helicone(labels: Labels) -> dict[str, str]:
    headers = {"helicone-session-id": labels.run, "helicone-session-name": labels.route or "scrimp"}
    if labels.user is not None:
        headers["helicone-user-id"] = labels.user
    properties = {**labels.tags, **({} if labels.route is None else {"Route": labels.route})}
    for name, value in properties.items():
        if word := _NOT_IN_NAMES.sub("-", name).strip("-"):
            headers[f"helicone-property-{word.lower()}"] = value
    return headers


def _portkey(labels: Labels) -> dict[str, str]:
    named = {"_user": labels.user, "run": labels.run, "route": labels.route}
    metadata = {**labels.tags, **{name: value for name, value in named.items() if value is not None}}
    shortened = {name: value[:_PORTKEY_LONGEST] for name, value in metadata.items()}
    return {"x-portkey-trace-id": labels.run, "x-portkey-metadata": _ascii_json(shortened)}


def _litellm(labels: Labels) -> dict[str, str]:
    headers = {"x-litellm-session-id": labels.run}
    if labels.user is not None:
        headers["x-litellm-end-user-id"] = labels.user
    tags = [*([] if labels.route is None else [f"route:{labels.route}"]), *(f"{n}:{v}" for n, v in labels.tags.items())]
    if tags:
        headers["x-litellm-tags"] = ",".join(tag.replace(",", " ") for tag in tags)
    return headers


_WORDS: Mapping[LabelHeaders, Callable[[Labels], dict[str, str]]] = {
    "helicone": _helicone, "portkey": _portkey, "litellm": _litellm,
}  # fmt: skip


def _ascii(value: str) -> str:
    """Return a value for a header, other characters percent-encoded."""
    return value if value.isascii() and value.isprintable() else quote(value, safe=_PRINTABLE, errors="replace")


def _ascii_json(value: Mapping[str, str]) -> str:
    """Return JSON in printable ASCII alone, which says the same."""
    import json  # msgspec writes UTF-8; few runs have such a gateway

    return json.dumps(value).replace("\x7f", "\\u007f")
