"""What providers say of an account, faked at the wire: reports of OpenAI and Anthropic in pages, calls of OpenRouter.

The forms are those of OpenAI's OpenAPI document and of Anthropic's SDK, whose own clients read them in the tests.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

HOUR, DAY = 3600, 86_400
Query = dict[str, list[str]]


class Used(Struct, frozen=True, kw_only=True):
    """A call that was billed."""

    time: float
    model: str
    input: int = 100
    output: int = 10
    cached: int = 0
    batch: bool = False
    key: str = "key_ours"
    cents: Decimal = Decimal(0)


class Account:
    """The account, and how its reports are told."""

    def __init__(self) -> None:
        self.used: list[Used] = []
        self.generations: dict[str, dict[str, Any]] = {}
        self.page = 40  # buckets or rows of a page, however many are asked for
        self.refreshed: str | None = None
        self.fault: Callable[[int], tuple[int, bytes] | None] = lambda _: None
        self.requests: list[tuple[str, Query, dict[str, str]]] = []
        self.url = ""
        self.posted = 0  # completions that were asked for
        self.hang = False  # whether they get no reply

    def reply(self, path: str, query: Query, headers: dict[str, str]) -> tuple[int, bytes]:
        self.requests.append((path, query, headers))
        if (fault := self.fault(len(self.requests) - 1)) is not None:
            return fault
        tell = {
            "/v1/organization/usage/completions": self._openai_usage, "/v1/organization/costs": self._openai_costs,
            "/v1/organizations/analytics/usage": self._anthropic_usage,
            "/v1/organizations/analytics/cost": self._anthropic_cost, "/v1/generation": self._generation,
        }.get(path)  # fmt: skip
        if tell is None:
            return 404, b'{"error":{"message":"no such path"}}'
        status, body = tell(query)
        return status, json.dumps(body, default=float).encode()

    def _chosen(self, query: Query, since: float, until: float) -> list[Used]:
        keys = query.get("api_key_ids[]")
        return [each for each in self.used if since <= each.time < until and (keys is None or each.key in keys)]

    def _openai_usage(self, query: Query) -> tuple[int, Any]:
        assert query["group_by[]"] == ["model", "batch"]
        assert (query["bucket_width"], int(query["limit"][0]) <= 168) == (["1h"], True)
        sums: dict[int, dict[tuple[str, bool], list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0, 0]))
        since, until = int(query["start_time"][0]), int(query["end_time"][0])
        for each in self._chosen(query, since, until):
            found = sums[int(each.time) // HOUR][each.model, each.batch]
            for place, count in enumerate((each.input, each.output, each.cached, 1)):
                found[place] += count
        buckets = [
            {
                "object": "bucket", "start_time": hour * HOUR, "end_time": (hour + 1) * HOUR,
                "results": [
                    {
                        "object": "organization.usage.completions.result", "input_tokens": input_,
                        "output_tokens": output, "input_cached_tokens": cached, "num_model_requests": calls,
                        "model": model, "batch": batch, "project_id": None, "user_id": None, "api_key_id": None,
                        "service_tier": None, "input_audio_tokens": 0, "output_audio_tokens": 0,
                    }
                    for (model, batch), (input_, output, cached, calls) in sorted(sums[hour].items())
                ],
            }
            for hour in range(since // HOUR, -(-until // HOUR))
        ]  # fmt: skip
        return 200, self._paged(buckets, query)

    def _openai_costs(self, query: Query) -> tuple[int, Any]:
        assert query["bucket_width"] == ["1d"]
        since, until = int(query["start_time"][0]), int(query["end_time"][0])
        buckets = [
            {
                "object": "bucket", "start_time": day * DAY, "end_time": (day + 1) * DAY,
                "results": [
                    {
                        "object": "organization.costs.result", "line_item": None, "project_id": None,
                        "amount": {"currency": "usd", "value": float(each.cents) / 100},
                    }
                    for each in self._chosen(query, day * DAY, (day + 1) * DAY)
                ],
            }
            for day in range(since // DAY, -(-until // DAY))
        ]  # fmt: skip
        return 200, self._paged(buckets, query)

    def _anthropic_rows(self, query: Query) -> list[tuple[dict[str, Any], list[Used]]]:
        assert query["group_by[]"] == ["model", "service_tier"]
        assert (query["time_bucket_width"], int(query["limit"][0]) <= 1000) == (["1h"], True)
        since, until = (datetime.fromisoformat(query[name][0]).timestamp() for name in ("starting_at", "ending_at"))
        places: dict[tuple[int, str, bool], list[Used]] = defaultdict(list)
        for each in self._chosen(query, since, until):
            places[int(each.time) // HOUR, each.model, each.batch].append(each)
        return [
            (
                {
                    "starting_at": _written(hour * HOUR),
                    "ending_at": _written((hour + 1) * HOUR),
                    "group": {"model": model, "service_tier": "batch" if batch else "standard"},
                },
                calls,
            )
            for (hour, model, batch), calls in sorted(places.items())
        ]

    def _anthropic_usage(self, query: Query) -> tuple[int, Any]:
        rows = [
            row | {
                "usage": {
                    "uncached_input_tokens": sum(each.input - each.cached for each in calls),
                    "cache_read_input_tokens": sum(each.cached for each in calls),
                    "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
                    "output_tokens": sum(each.output for each in calls), "requests": len(calls),
                    "server_tool_use": {"web_search_requests": 0},
                    "total_tokens": sum(each.input + each.output for each in calls),
                }
            }
            for row, calls in self._anthropic_rows(query)
        ]  # fmt: skip
        return 200, self._paged(rows, query)

    def _anthropic_cost(self, query: Query) -> tuple[int, Any]:
        rows = [
            row | {
                "cost": {
                    "amount": str(sum((each.cents for each in calls), Decimal(0))), "currency": "USD",
                    "list_amount": "0", "requests": len(calls),
                }
            }
            for row, calls in self._anthropic_rows(query)
        ]  # fmt: skip
        return 200, self._paged(rows, query)

    def _generation(self, query: Query) -> tuple[int, Any]:
        found = self.generations.get(query["id"][0])
        return (404, {"error": {"code": 404, "message": "not found"}}) if found is None else (200, {"data": found})

    def _paged(self, data: list[Any], query: Query) -> dict[str, Any]:
        start = int(query.get("page", ["p0"])[0][1:])
        end = start + min(self.page, int(query["limit"][0]))
        more = end < len(data)
        page = {
            "object": "page", "data": data[start:end], "has_more": more, "next_page": f"p{end}" if more else None
        }  # fmt: skip
        return page if self.refreshed is None else page | {"data_refreshed_at": self.refreshed}


def _written(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def usage_server() -> Iterator[Account]:
    """Run one for the length of a test. A fault of status 0 hangs up."""
    account = Account()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = account.reply(parts.path, parse_qs(parts.query), headers)
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            """Begin a completion that breaks off, after a head that names it."""
            self.rfile.read(int(self.headers["content-length"]))
            account.posted += 1
            while account.hang:
                time.sleep(0.01)
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("x-generation-id", "gen-1")
            self.send_header("content-length", "5000")
            self.end_headers()
            self.wfile.write(b'{"id":')
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    account.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield account
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
