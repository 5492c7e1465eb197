"""Anthropic's usage and cost by hour, for a key of the organization's administration (analytics API, in beta).

Types BetaAnalyticsUsageItem and BetaAnalyticsCostItem of its SDK; amounts are cents.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from scrimp.providers.batches.flow import Exchanges
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.json_access import array, count, is_count, obj, string
from scrimp.providers.usage_reports.report import (
    HOUR,
    MOST_PAGES,
    UsageReport,
    UsedInHour,
    exact,
    get,
    not_understood,
    page_in,
)
from scrimp.values import Json, JsonObject, Usage

_BETA = {"anthropic-beta": "analytics-usage-cost-2026-08-24"}
_USAGE, _COST = "/v1/organizations/analytics/usage", "/v1/organizations/analytics/cost"
_PRODUCTS = "&products[]=messages_api&products[]=message_batches_api"  # not those of people at their screens
_CENTS = 100
_MOST = 1000  # rows of a page


def usage_report(endpoint: Endpoint, since: int, until: int, key_ids: tuple[str, ...]) -> Exchanges[UsageReport]:
    """Return what was used between two moments, whole hours; of some keys, or of all of the organization."""
    keys = "".join(f"&api_key_ids[]={key}" for key in key_ids)
    query = f"?starting_at={_written(since)}&ending_at={_written(until)}&time_bucket_width=1h&limit={_MOST}"
    query += f"&group_by[]=model&group_by[]=service_tier&order_by=time{_PRODUCTS}{keys}"
    used, refreshed = yield from _rows(endpoint, _USAGE + query)
    paid, _ = yield from _rows(endpoint, _COST + query)
    dollars: dict[tuple[str, int, bool], Decimal] = {}
    for row in paid:
        amount = exact(obj(row, "cost").get("amount"))
        if amount is None:
            raise not_understood(endpoint, "a cost that is not an amount")
        place = _place(row, endpoint)
        dollars[place] = dollars.get(place, Decimal(0)) + amount / _CENTS
    usages: dict[tuple[str, int, bool], tuple[int, Usage]] = {}
    for row in used:
        place, counts = _place(row, endpoint), obj(row, "usage")
        calls, usage = usages.get(place, (0, Usage()))
        usages[place] = (calls + _count(counts.get("requests"), endpoint), _sum(usage, _usage(counts, endpoint)))
    hours = [
        UsedInHour(
            model=model, hour=hour, batch=batch, calls=calls, usage=usage, cost=dollars.get((model, hour, batch))
        )
        for (model, hour, batch), (calls, usage) in usages.items()
    ]
    return UsageReport(hours=tuple(hours), until=refreshed)


def _rows(endpoint: Endpoint, path: str) -> Exchanges[tuple[list[JsonObject], float | None]]:
    """Return the rows of all pages, and up to when they are complete."""
    found: list[JsonObject] = []
    refreshed: list[float] = []
    page: str | None = None
    for _ in range(MOST_PAGES):
        reply = yield get(endpoint, path if page is None else f"{path}&page={page}", _BETA)
        body, following = page_in(reply, endpoint, page)
        found += [obj(row) for row in array(body.get("data"))]
        if (moment := _moment(body.get("data_refreshed_at"))) is not None:
            refreshed.append(moment)
        page = following if body.get("has_more") is not False else None
        if page is None:
            return found, min(refreshed, default=None)
    raise not_understood(endpoint, "a list without an end")


def _place(row: JsonObject, endpoint: Endpoint) -> tuple[str, int, bool]:
    """Return the model, the hour and whether the calls were made in batches."""
    start, group = _moment(row.get("starting_at")), obj(row, "group")
    if start is None:
        raise not_understood(endpoint, "an hour that is not a time")
    return string(group.get("model")), int(start) // HOUR, group.get("service_tier") == "batch"


def _usage(counts: JsonObject, endpoint: Endpoint) -> Usage:
    fresh, read = (_count(counts.get(name), endpoint) for name in ("uncached_input_tokens", "cache_read_input_tokens"))
    kept = obj(counts, "cache_creation")
    short, long = (_count(kept.get(f"ephemeral_{name}_input_tokens"), endpoint) for name in ("5m", "1h"))
    return Usage(
        input=fresh + read + short + long, output=_count(counts.get("output_tokens"), endpoint), cache_read=read,
        cache_write=short + long, cache_write_long=long,
    )  # fmt: skip


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        input=one.input + other.input, output=one.output + other.output, cache_read=one.cache_read + other.cache_read,
        cache_write=one.cache_write + other.cache_write, cache_write_long=one.cache_write_long + other.cache_write_long,
    )  # fmt: skip


def _count(value: Json, endpoint: Endpoint) -> int:
    if value is None:
        return 0
    if not is_count(value):
        raise not_understood(endpoint, "counts that are not whole numbers")
    return count(value)


def _moment(value: Json) -> float | None:
    try:
        return datetime.fromisoformat(string(value)).timestamp()
    except ValueError:
        return None


def _written(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
