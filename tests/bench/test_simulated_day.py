from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from bench.day.provider import PromptCache
from bench.day.tickets import policy, tickets
from bench.simulated_day import live_the_day, table


def test_a_day_s_causes_add_up_to_what_the_ledger_says_was_paid(tmp_path: Path) -> None:
    day = live_the_day(60, tmp_path)
    lines = table(day).splitlines()
    (paid,) = [line for line in lines if line.endswith("% of the flagship")]

    assert day.rows("total") == day.rows("ok") == 60
    assert Decimal(paid.split()[1]) == round(day.paid, 4)
    assert day.flagship > 10 * day.paid > 0
    assert min(day.saved_by("routing"), day.saved_by("batch"), day.saved_by("compression"), day.hits) > 0


def test_three_in_ten_tickets_repeat_an_earlier_one() -> None:
    texts = [ticket.text for ticket in tickets(3000, seed=2)]

    assert len(set(texts)) == pytest.approx(2100, abs=70)
    assert 11_000 < len(policy()) < 13_000


def chat(text: str, **more: object) -> dict[str, object]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def test_the_cache_of_the_day_reads_what_prompts_begin_with() -> None:
    cache, beginning = PromptCache(), "x" * 4 * 2048
    first, second = cache.use(chat(beginning + "a" * 600)), cache.use(chat(beginning + "b" * 600))
    short = cache.use(chat("x" * 4000))
    cache.forget()

    assert (first.read, first.written) == (0, 2176)
    assert (second.read, second.written) == (2048, 128)
    assert (short.read, short.written) == (0, 0)
    assert cache.use(chat(beginning)).read == 0


def test_where_breakpoints_are_explicit_only_they_are_written() -> None:
    cache = PromptCache()
    parts = [
        {"type": "text", "text": "x" * 8000, "prompt_cache_breakpoint": {"mode": "explicit"}},
        {"type": "text", "text": "y" * 8000},
    ]
    asked = {
        "model": "m", "messages": [{"role": "user", "content": parts}], "prompt_cache_options": {"mode": "explicit"},
    }  # fmt: skip
    first, again = cache.use(asked), cache.use(asked)
    none = cache.use(chat("z" * 8000, prompt_cache_options={"mode": "explicit"}))

    assert (first.read, first.written, again.read, again.written) == (0, 2000, 2000, 0)
    assert (none.read, none.written) == (0, 0)
