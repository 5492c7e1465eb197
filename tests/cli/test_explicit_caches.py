from __future__ import annotations

import json
import signal
import subprocess
import threading
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from caching_provider import GeminiCache
from command import Ran, Scrimp
from fake_provider import Reply, fake_provider

SYSTEM = "You answer tickets of a shop. " * 1600  # 48 000 characters: 12 000 tokens of the fake's
SIZE = len(SYSTEM) // 4
# Dollars per million tokens of gemini-3.8-flash: fresh, read, output; and for a million that are stored for an hour.
# Set by hand: what ships has other ones from January 2027 on.
FRESH, READ, OUTPUT, STORAGE = Fraction("0.75"), Fraction("0.075"), Fraction("3.75"), Fraction("0.50")


def configured(scrimp: Scrimp, url: str, *, rows: int, model: str = "gemini-3.8-flash") -> tuple[str, ...]:
    """Return what follows `scrimp run` for so many rows."""
    scrimp.env["GEMINI_API_KEY"] = "test-0123456789"
    scrimp.config(
        f'[providers.gemini]\nbase_url = "{url}"\n[models."gemini/gemini-3.8-flash"]\n'
        "price = { input = 0.75, cached_input = 0.075, output = 3.75, cache_storage = 0.50 }\n"
    )
    scrimp.file("rows.jsonl", "".join(json.dumps({"prompt": f"ticket {each}"}) + "\n" for each in range(rows)))
    return ("rows.jsonl", "-m", f"gemini/{model}", "--system", SYSTEM, "--max-output", "2")


def ran(scrimp: Scrimp, cache: GeminiCache, *flags: str, model: str = "gemini-3.8-flash", rows: int = 40) -> Ran:
    with fake_provider(cache.answer) as provider:
        words = configured(scrimp, provider.url, rows=rows, model=model)
        return scrimp("run", *words, "--summary-file", "bill.json", *flags)


def dollars(cache: GeminiCache) -> Fraction:
    """What the calls cost, without what is stored."""
    return sum(
        (
            (each["promptTokenCount"] - each["cachedContentTokenCount"]) * FRESH
            + each["cachedContentTokenCount"] * READ + 2 * OUTPUT
            for each in cache.usages
        ), Fraction(),
    ) / 1_000_000  # fmt: skip


def entries(scrimp: Scrimp) -> list[dict[str, Any]]:
    exported = scrimp("cost", "export", "--format", "jsonl").out
    return [json.loads(line, parse_float=Decimal) for line in exported.splitlines()]


def test_what_is_read_too_seldom_is_stored_for_the_run_and_deleted_at_its_end(scrimp: Scrimp) -> None:
    cache = GeminiCache(every=9)
    result = ran(scrimp, cache)

    assert result.status == 0, result.err
    assert len(result.rows) == 40
    assert [each["systemInstruction"]["parts"][0]["text"] for each in cache.created] == [SYSTEM]
    assert cache.deleted == ["cachedContents/c0"]
    assert sorted(cache.said) == sorted(SYSTEM + f"ticket {number}" for number in range(40))
    named = [usage for usage in cache.usages if usage["cachedContentTokenCount"] == SIZE]
    assert len(named) >= 30
    assert "by itself: they are stored for up to" in result.err
    (stored,) = [each for each in entries(scrimp) if not each["output"]]
    storage = Fraction(stored["cost_usd"]) - SIZE * FRESH / 1_000_000
    seconds = storage * 3600 * 1_000_000 / (SIZE * STORAGE)
    assert 0 < seconds < 120
    assert seconds == pytest.approx(round(seconds), abs=1e-4)
    bill = json.loads((scrimp.cwd / "bill.json").read_text(), parse_float=Decimal)
    assert Fraction(bill["cost_usd"]) == dollars(cache) + Fraction(stored["cost_usd"]) == scrimp.paid_calls()[1]
    (line,) = [each for each in bill["lines"] if each["what"] == "explicit caches"]
    assert (line["calls"], Fraction(line["cost_usd"])) == (1, Fraction(stored["cost_usd"]))
    causes = bill["baseline"]["saved_by_usd"]
    read = sum(usage["cachedContentTokenCount"] for usage in cache.usages) * (FRESH - READ) / 1_000_000
    assert Fraction(causes["provider_caching"]) == read - Fraction(stored["cost_usd"])
    assert Fraction(bill["baseline"]["saved_usd"]) == sum(map(Fraction, causes.values()))


@pytest.mark.parametrize(
    ("every", "model", "rows"),
    [(1, "gemini-3.8-flash", 40), (9, "gemini-3.5-flash", 40), (9, "gemini-3.8-flash", 10)],
    ids=["it is read anyway", "the price of storage is not known", "few rows"],
)
def test_nothing_is_stored_where_that_does_not_pay_or_may_cost_too_much(
    scrimp: Scrimp, every: int, model: str, rows: int
) -> None:
    cache = GeminiCache(every=every)
    result = ran(scrimp, cache, model=model, rows=rows)

    assert result.status == 0, result.err
    assert len(cache.usages) == rows
    assert not cache.created


@pytest.mark.parametrize(("lasts", "stores"), [(7, True), (None, False)], ids=["it is gone", "it is refused"])
def test_a_cache_that_is_gone_or_refused_costs_no_row(scrimp: Scrimp, lasts: int | None, stores: bool) -> None:
    cache = GeminiCache(every=9, lasts=lasts, stores=stores)
    result = ran(scrimp, cache)

    assert result.status == 0, result.err
    assert (len(result.rows), len(cache.usages), len(cache.created)) == (40, 40, int(stores))
    assert sum(usage["cachedContentTokenCount"] == SIZE for usage in cache.usages) >= (lasts or 0)
    paid = [each for each in entries(scrimp) if each["status"] == "paid"]
    assert len(paid) == 40 + stores
    if not stores:
        assert "what prompts begin with is not stored at gemini: " in result.err
        assert scrimp.paid_calls()[1] == dollars(cache)


def test_what_is_stored_is_deleted_after_an_interrupt(scrimp: Scrimp) -> None:
    cache = GeminiCache(every=9)
    begun, go_on = threading.Event(), threading.Event()

    def answer(body: dict[str, Any]) -> Reply:
        if "cachedContent" in body:
            begun.set()
            assert go_on.wait(100)
        return cache.answer(body)

    with fake_provider(answer) as provider:
        words = configured(scrimp, provider.url, rows=40)
        run = scrimp.start("run", *words, "-j", "4", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert run.stderr is not None
        assert begun.wait(100)
        run.send_signal(signal.SIGINT)
        while b"waiting for calls in flight" not in (line := run.stderr.readline()):
            assert line
        go_on.set()
        run.communicate(timeout=100)

    assert run.returncode == 130
    assert len(cache.usages) < 40
    assert cache.deleted == ["cachedContents/c0"]
    assert [each["status"] for each in entries(scrimp) if each["output"] == 0] == ["paid"]


def test_an_estimate_says_whether_what_is_read_too_seldom_would_be_stored(scrimp: Scrimp) -> None:
    words = configured(scrimp, "http://127.0.0.1:9", rows=40, model="gemini-3.5-flash")
    unknown = scrimp("estimate", *words).out
    rates = ("--input", "1.50", "--cached-input", "0.15", "--output", "9", "--cache-storage", "1.00")
    scrimp("prices", "set", "gemini/gemini-3.5-flash", *rates)
    known = scrimp("estimate", *words).out

    assert "gemini/gemini-3.5-flash does not promise that, and scrimp stores nothing there" in unknown
    assert "scrimp prices set gemini/gemini-3.5-flash --cache-storage USD" in unknown
    # Some 12 500 tokens at $1.00 for a million of them and an hour.
    assert "for what is shared (estimated; it does not promise to)" in known
    assert "where gemini/gemini-3.5-flash reads too little of it, scrimp stores it for the run, at $0.0125 an" in known
