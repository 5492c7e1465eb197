"""Reports as the vendors' own clients read them from the same server, beside what ours makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import anthropic
import httpx
import openai
import pytest
from msgspec.structs import replace

from scrimp.providers.batches.flow import Exchanges, T
from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.providers.presets import PRESETS
from scrimp.providers.usage_reports import REPORTS
from scrimp.providers.usage_reports.report import UsageReport
from usage_server import DAY, HOUR, Account, Used, usage_server

START = 1_795_000_000 // DAY * DAY


@pytest.fixture
def account() -> Iterator[Account]:
    with usage_server() as running:
        running.page = 3
        running.used = [
            Used(
                time=START + number * 2977.0, model=("gpt-a", "gpt-b")[number % 2], input=1000 + number,
                output=10 * number, cached=number, batch=number % 5 == 0, cents=Decimal(number) / 7,
            )
            for number in range(40)
        ]  # fmt: skip
        yield running


def read(exchange: Exchanges[T]) -> T:
    """Drive a flow over plain HTTP."""
    with httpx.Client() as client:
        reply = None
        try:
            while True:
                request = next(exchange) if reply is None else exchange.send(reply)
                assert isinstance(request, HttpRequest)
                said = client.get(request.url, headers=dict(request.headers))
                reply = HttpReply(status=said.status_code, body=said.content)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def report(account: Account, name: str, path: str, hours: int) -> UsageReport:
    endpoint = replace(PRESETS[name], base_url=account.url + path)
    return read(REPORTS[name](endpoint, START, START + hours * HOUR, ()))


def test_openais_own_client_reads_the_same_usage_and_costs(account: Account) -> None:
    ours = report(account, "openai", "/v1", 48)
    client = openai.OpenAI(api_key="x", admin_api_key="y", base_url=f"{account.url}/v1", max_retries=0)
    usage, costs = client.admin.organization.usage.completions, client.admin.organization.usage.costs
    theirs: Counter[tuple[str, int, bool, str]] = Counter()
    page: str | None = None
    while True:
        found = usage(
            start_time=START, end_time=START + 48 * HOUR, bucket_width="1h", limit=168, group_by=["model", "batch"],
            **({} if page is None else {"page": page}),
        )  # fmt: skip
        for bucket in found.data:
            for each in bucket.results:
                assert each.object == "organization.usage.completions.result"
                place = (str(each.model), bucket.start_time // HOUR, bool(each.batch))
                theirs[*place, "calls"] += each.num_model_requests or 0
                theirs[*place, "in"] += each.input_tokens
                theirs[*place, "out"] += each.output_tokens
                theirs[*place, "cached"] += each.input_cached_tokens or 0
        page = found.next_page
        if page is None:
            break

    mine: Counter[tuple[str, int, bool, str]] = Counter()
    for used in ours.hours:
        place = (used.model, used.hour, used.batch)
        mine[*place, "calls"] += used.calls
        mine[*place, "in"] += used.usage.input
        mine[*place, "out"] += used.usage.output
        mine[*place, "cached"] += used.usage.cache_read
    assert mine == theirs
    assert sum(count for (*_, what), count in mine.items() if what == "calls") == 40
    days = costs(start_time=START, end_time=START + 48 * HOUR, bucket_width="1d", limit=180)
    told = {bucket.start_time // DAY: bucket.results for bucket in days.data}
    assert {each.day for each in ours.days} == told.keys()
    for each in ours.days:
        amounts = [result.amount for result in told[each.day] if result.object == "organization.costs.result"]
        assert float(each.dollars) == pytest.approx(sum(amount.value or 0 for amount in amounts if amount))


def test_anthropics_own_client_reads_the_same_usage_and_costs(account: Account) -> None:
    ours = report(account, "anthropic", "", 48)
    client = anthropic.Anthropic(api_key="x", base_url=account.url, max_retries=0).beta.organization.analytics
    window = {
        "starting_at": datetime.fromtimestamp(START, UTC), "ending_at": datetime.fromtimestamp(START + 48 * HOUR, UTC),
        "time_bucket_width": "1h", "group_by": ["model", "service_tier"], "limit": 1000,
    }  # fmt: skip
    usage = {
        (row.group.model, int(row.starting_at.timestamp()) // HOUR, row.group.service_tier == "batch"): row.usage
        for row in client.usage.list(**window)  # type: ignore[arg-type]
    }
    cost = {
        (row.group.model, int(row.starting_at.timestamp()) // HOUR, row.group.service_tier == "batch"): row.cost
        for row in client.cost.list(**window)  # type: ignore[arg-type]
    }

    assert {(each.model, each.hour, each.batch) for each in ours.hours} == usage.keys() == cost.keys()
    for each in ours.hours:
        place = (each.model, each.hour, each.batch)
        theirs = usage[place]
        assert each.calls == theirs.requests
        assert each.usage.output == theirs.output_tokens
        assert each.usage.input == theirs.uncached_input_tokens + theirs.cache_read_input_tokens
        assert each.usage.cache_read == theirs.cache_read_input_tokens
        assert each.cost == Decimal(cost[place].amount) / 100
    assert sum(each.calls for each in ours.hours) == 40
