"""What a provider says was used: calls, tokens and dollars of a model in an hour."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.providers.batches.flow import BatchRefusedError
from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import is_success, nonempty, number, reply_object
from scrimp.providers.replies.error_replies import to_failure
from scrimp.values import Failure, Json, JsonObject, Usage

MOST_PAGES = 1000  # a list that does not end is not one
HOUR = 3600
_EXCERPT = 80  # bytes


class UsedInHour(Struct, frozen=True, kw_only=True):
    """What one model was used in one hour, by calls of one kind; `cost` in dollars, None if it is not reported."""

    model: str
    hour: int  # since the epoch
    batch: bool
    calls: int
    usage: Usage
    cost: Decimal | None = None


class DayCost(Struct, frozen=True):
    """Dollars that a provider billed for a day (UTC, since the epoch), whatever for."""

    day: int
    dollars: Decimal


class UsageReport(Struct, frozen=True, kw_only=True):
    """A provider's report; days are reported where hours have no dollars."""

    hours: tuple[UsedInHour, ...]
    days: tuple[DayCost, ...] = ()
    until: float | None = None  # end of the reported period; None if the provider does not say


class Generation(Struct, frozen=True, kw_only=True):
    """What one call turned out to be."""

    cost: Decimal  # dollars
    usage: Usage


def get(endpoint: Endpoint, path: str, headers: Mapping[str, str]) -> HttpRequest:
    """Return the request for a page of a report."""
    return HttpRequest(url=endpoint.address(path), body=b"", method="GET", headers={**endpoint.headers, **headers})


def page_in(reply: HttpReply, endpoint: Endpoint, asked: str | None) -> tuple[JsonObject, str | None]:
    """Return a page of a report, and the name of the next one if it has one other than the one that was asked for."""
    body = reply_object(reply)
    if not is_success(reply) or (body is not None and body.get("error")):
        raise BatchRefusedError(to_failure(reply, endpoint, ""))
    if body is None:
        excerpt = reply.body[:_EXCERPT].decode(errors="replace").strip()
        raise not_understood(endpoint, f"no JSON: {excerpt!r}")
    if not isinstance(body.get("data"), list):
        raise not_understood(endpoint, "a page without data")
    following = nonempty(body.get("next_page"))
    if asked is not None and following == asked and body.get("has_more") is not False:
        raise not_understood(endpoint, "a list without an end")
    return body, following


def not_understood(endpoint: Endpoint, what: str) -> BatchRefusedError:
    """Return the error of a report that cannot be read: counting half of it would be worse than none."""
    message = f"{endpoint.name} says something of its usage that cannot be read ({what}): nothing was compared"
    return BatchRefusedError(Failure(kind="server", message=message))


def exact(value: Json) -> Decimal | None:
    """Return an amount as it was written; None if it is not an amount."""
    try:
        amount = Decimal(value) if isinstance(value, str) else Decimal(repr(number(value)))
    except ArithmeticError:
        return None
    return amount if amount.is_finite() else None
