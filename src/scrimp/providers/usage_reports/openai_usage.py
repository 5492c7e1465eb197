"""OpenAI's usage of completions by hour, and its costs by day, for a key of the organization's administration.

Schemas UsageResponse, UsageCompletionsResult and CostsResult of its OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from scrimp.providers.batches.flow import Exchanges
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.json_access import array, is_count, obj, string
from scrimp.providers.usage_reports.report import (
    HOUR,
    MOST_PAGES,
    DayCost,
    UsageReport,
    UsedInHour,
    exact,
    get,
    not_understood,
    page_in,
)
from scrimp.values import Json, JsonObject, Usage

_HOURS, _DAYS, _DAY = 168, 180, 86_400  # the most of a page; seconds
_USAGE, _COSTS = "/organization/usage/completions", "/organization/costs"


def usage_report(endpoint: Endpoint, since: int, until: int, key_ids: tuple[str, ...]) -> Exchanges[UsageReport]:
    """Return what was used between two moments, whole hours; of some keys, or of all of the organization."""
    keys = "".join(f"&api_key_ids[]={key}" for key in key_ids)
    path = f"{_USAGE}?start_time={since}&end_time={until}&bucket_width=1h&limit={_HOURS}"
    path += f"&group_by[]=model&group_by[]=batch{keys}"
    hours = [used for bucket in (yield from _buckets(endpoint, path)) for used in _hours(bucket, endpoint)]
    first = since - since % _DAY
    path = f"{_COSTS}?start_time={first}&end_time={until}&bucket_width=1d&limit={_DAYS}{keys}"
    days = [_day(bucket, endpoint) for bucket in (yield from _buckets(endpoint, path))]
    return UsageReport(hours=tuple(hours), days=tuple(days))


def _buckets(endpoint: Endpoint, path: str) -> Exchanges[list[JsonObject]]:
    found: list[JsonObject] = []
    page: str | None = None
    for _ in range(MOST_PAGES):
        reply = yield get(endpoint, path if page is None else f"{path}&page={page}", {})
        body, following = page_in(reply, endpoint, page)
        found += [obj(bucket) for bucket in array(body.get("data"))]
        page = following if body.get("has_more") is True else None
        if page is None:
            return found
    raise not_understood(endpoint, "a list without an end")


def _hours(bucket: JsonObject, endpoint: Endpoint) -> Iterator[UsedInHour]:
    start = bucket.get("start_time")
    for each in map(obj, array(bucket.get("results"))):
        counts = {name: each.get(name) for name in ("input_tokens", "output_tokens", "num_model_requests")}
        if not is_count(start) or not all(map(is_count, counts.values())):
            raise not_understood(endpoint, "counts that are not whole numbers")
        yield UsedInHour(
            model=string(each.get("model")), hour=_int(start) // HOUR, batch=each.get("batch") is True,
            calls=_int(counts["num_model_requests"]),
            usage=Usage(
                input=_int(counts["input_tokens"]), output=_int(counts["output_tokens"]),
                cache_read=_int(each.get("input_cached_tokens")),
                cache_write=_int(each.get("input_cache_write_tokens")),
            ),
        )  # fmt: skip


def _day(bucket: JsonObject, endpoint: Endpoint) -> DayCost:
    amounts = [exact(obj(each, "amount").get("value")) for each in array(bucket.get("results"))]
    if None in amounts or not is_count(bucket.get("start_time")):
        raise not_understood(endpoint, "costs that are not amounts")
    return DayCost(
        _int(bucket.get("start_time")) // _DAY, sum((amount for amount in amounts if amount is not None), Decimal(0))
    )


def _int(value: Json) -> int:
    return value if isinstance(value, int) else 0
