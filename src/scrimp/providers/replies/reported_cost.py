"""What a gateway says that a call cost: in a header, in the body, or nothing at all where its own cache answered."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from scrimp.providers.endpoint import Endpoint
from scrimp.providers.json_access import number, obj
from scrimp.units import MAX_CALL_DOLLARS
from scrimp.values import Json, JsonObject

# Whose bodies report dollars; elsewhere a field named `cost` may have any unit.
_REPORT_COST = frozenset(("openrouter", "litellm"))
_COST_HEADER = "x-litellm-response-cost"
# A reply from a gateway's own cache, which costs nothing: HIT or SEMANTIC HIT; LiteLLM names the key.
_CACHE_STATUS_HEADERS = ("x-openrouter-cache-status", "x-portkey-cache-status", "helicone-cache")
_CACHE_KEY_HEADER = "x-litellm-cache-key"
_HEADERS = frozenset((_COST_HEADER, *_CACHE_STATUS_HEADERS, _CACHE_KEY_HEADER))


def reported_cost(body: JsonObject, headers: Mapping[str, str], endpoint: Endpoint) -> Decimal | None:
    """Return the cost in dollars that a gateway reports: OpenRouter in the body, LiteLLM in a header; None: unknown."""
    if (cost := cost_in_headers(headers)) is not None or headers.get(_COST_HEADER):
        return cost
    if endpoint.flavour not in _REPORT_COST and endpoint.transport == "http":
        return None
    counts = obj(body, "usage")
    fee = _dollars(counts.get("cost"))
    if counts.get("is_byok") is not True:
        return fee
    # With a key of one's own the cost is only the fee, often 0; without the upstream cost the total is unknown.
    upstream = _dollars(obj(counts, "cost_details").get("upstream_inference_cost"))
    return None if fee is None or upstream is None else fee + upstream


def cost_in_headers(headers: Mapping[str, str]) -> Decimal | None:
    """Return the cost in dollars that the headers of a reply report; None: unknown."""
    if _HEADERS.isdisjoint(headers):  # of most replies
        return None
    if cost := _dollars(headers.get(_COST_HEADER)):
        return cost
    # LiteLLM writes 0 also for a model whose price it does not know.
    return Decimal(0) if _comes_from_a_cache(headers) else None


def _comes_from_a_cache(headers: Mapping[str, str]) -> bool:
    statuses = [status for name in _CACHE_STATUS_HEADERS if (status := headers.get(name))]
    return bool(headers.get(_CACHE_KEY_HEADER)) or any(status.upper().split()[-1:] == ["HIT"] for status in statuses)


def _dollars(value: Json) -> Decimal | None:
    """Return an amount, a number or text; None if it is neither, or negative, or absurd."""
    if value is None:  # of most replies: an exception would take longer than all the rest
        return None
    try:
        dollars = Decimal(value) if isinstance(value, str) else Decimal(repr(number(value)))
    except InvalidOperation:
        return None
    return dollars if dollars.is_finite() and 0 <= dollars <= MAX_CALL_DOLLARS else None
