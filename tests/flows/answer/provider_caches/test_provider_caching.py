from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from itertools import chain, combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from caching_provider import ClaudeCache
from flows.rows import planned_row
from scrimp.flows.answer.provider_caches.beginnings import Beginnings, words_of
from scrimp.flows.answer.provider_caches.provider_caching import ProviderCaching
from scrimp.flows.estimates.cache_forecast import CacheForecast
from scrimp.flows.plan.planned_row import PlannedRow
from scrimp.flows.spend.cache_rates import cache_rates
from scrimp.prices.book import PriceBook
from scrimp.providers import DIALECTS
from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.prompt_cache import cache_rules
from scrimp.values import Attachment, CacheMark, Call, Message, ModelRef, PromptCache, Step, ToolCall

NOW = 1_795_000_000.0
CLAUDE = Step("claude", (ModelRef("anthropic", "claude-haiku-5-5"),))
PRICES = PriceBook()
# Dollars per million tokens: fresh, read, written for five minutes (its vendor's page).
FRESH, READ, WRITE = Fraction("0.10"), Fraction("0.01"), Fraction("0.125")
LONG, SHORT = 4000, 300  # characters: clearly more than 512 tokens, and clearly less
HISTORY = (Message("user", "What is it? " * 300), Message("assistant", "A ticket."))


def part(name: str, length: int) -> str:
    return (f"{name} said that " * length)[: length - 1] + "\n"


texts = st.sampled_from([part("Rome", LONG), part("Oslo", LONG), part("Bonn", SHORT), ""])
rows = st.lists(
    st.tuples(st.sampled_from([part("shop", LONG), part("bank", LONG), part("zoo", SHORT), None]), texts), max_size=9
)


def planned(said: Sequence[tuple[str | None, str]]) -> list[PlannedRow]:
    return [
        planned_row(f"{text}question {number}", index=number, step=CLAUDE, system=system)
        for number, (system, text) in enumerate(said)
    ]


def plain_call(row: PlannedRow) -> Call:
    return Call(
        provider="anthropic", model="claude-haiku-5-5", text=row.text, system=row.system, history=row.sent.history
    )


def billed(calls: Sequence[Call]) -> Fraction:
    """What the input of calls costs, made one after the other at a server that bills as Anthropic does."""
    cache, total = ClaudeCache(), Fraction()
    for call in calls:
        body: dict[str, Any] = json.loads(DIALECTS["anthropic"]().to_request(call, PRESETS["anthropic"]).body)
        usage = cache.count(body)
        total += usage["input_tokens"] * FRESH + usage["cache_read_input_tokens"] * READ
        total += usage["cache_creation_input_tokens"] * WRITE
    return total / 1_000_000


def caching(note: Callable[[str], None] = lambda _: None, *, asks: bool = True) -> ProviderCaching:
    return ProviderCaching(PRESETS, PRICES, lambda: NOW, note, asks=asks)


def marked(call: Call, beginnings: Beginnings, row: PlannedRow, chosen: Collection[int]) -> Call:
    marks = tuple(each.mark for each in beginnings.of(words_of(row)) if each.identity in chosen)
    return replace(call, prompt_cache=PromptCache(marks=marks)) if marks else call


@settings(max_examples=60, deadline=None)
@given(rows)
def test_what_is_kept_costs_as_little_as_the_best_of_all_ways_to_mark_these_calls(
    said: list[tuple[str | None, str]],
) -> None:
    work, planner = planned(said), caching()
    planner.expect(work)
    asked = [planner.asked(plain_call(row))[0] for row in work]

    beginnings = Beginnings()
    beginnings.learn([words_of(row) for row in work])
    places = sorted({each.identity for row in work for each in beginnings.of(words_of(row))})
    if len(places) > 7:
        return
    ways = chain.from_iterable(combinations(places, number) for number in range(len(places) + 1))
    best = min(
        billed([marked(plain_call(row), beginnings, row, chosen) for row in work]) for chosen in ways
    )  # fmt: skip
    assert billed(asked) == best <= billed([plain_call(row) for row in work])


@settings(max_examples=60, deadline=None)
@given(rows)
def test_what_an_estimate_says_is_saved_is_what_the_calls_save(said: list[tuple[str | None, str]]) -> None:
    work, planner = planned(said), caching()
    planner.expect(work)
    saved = billed([plain_call(row) for row in work]) - billed([planner.asked(plain_call(row))[0] for row in work])
    rules = cache_rules(PRESETS["anthropic"], "claude-haiku-5-5")

    forecast = CacheForecast()
    forecast.add(work)
    told = forecast.saving(
        CLAUDE, "anthropic/claude-haiku-5-5", rules,
        lambda size: cache_rates(PRICES, "anthropic", "claude-haiku-5-5", size, NOW, rules),
    )  # fmt: skip

    if told is None:
        assert saved == 0
    else:  # its tokens are estimated, those of the server are four characters each
        assert 0.5 < Fraction(told.plain_cost - told.cost) / saved < 2


def test_calls_of_a_later_step_are_kept_once_one_was_made_since_nobody_knows_how_many_come() -> None:
    work = planned([(part("shop", LONG), "")] * 4)
    planner = caching()
    planner.expect(work)
    later = [replace(plain_call(row), step=1) for row in work]

    assert [planner.asked(call)[0].prompt_cache is not None for call in later] == [False, True, True, True]
    assert all(planner.asked(plain_call(row))[0].prompt_cache for row in work)


def test_a_row_without_a_prompt_is_not_a_call_that_a_beginning_is_kept_for() -> None:
    row, *others = planned([(part("shop", LONG), "")] * 4)
    planner = caching()
    planner.expect([row, *(replace(each, prompt=replace(each.prompt, text="", defect="null")) for each in others)])

    assert planner.asked(plain_call(row))[0].prompt_cache is None


def test_nothing_is_asked_of_a_provider_where_caching_is_off_but_the_first_goes_alone_where_it_keeps_by_itself() -> (
    None
):
    planner = caching(asks=False)
    work = planned([(part("shop", 3 * LONG), "")] * 3)
    names = (("openai", "gpt-6-luna"), ("deepseek", "deepseek-flash"), ("anthropic", "claude-haiku-5-5"))
    calls = [replace(plain_call(row), provider=name, model=model) for row in work for name, model in names]
    any_of_them = Step("any", tuple(ModelRef(*name) for name in names))
    planner.expect([planned_row(row.text, step=any_of_them, system=row.system) for row in work])

    asked = [planner.asked(call) for call in calls]
    assert all(call.prompt_cache is None for call, _ in asked)
    assert [bool(shared) for call, shared in asked if call.provider == "anthropic"] == [False] * 3
    assert all(shared for call, shared in asked if call.provider == "deepseek")


def test_a_model_whose_price_is_not_known_is_asked_for_nothing() -> None:
    planner = ProviderCaching(PRESETS, PRICES, lambda: NOW)
    step = Step("new", (ModelRef("anthropic", "claude-nobody-9"),))
    work = [planned_row(f"question {each}", step=step, system=part("shop", LONG)) for each in range(3)]
    planner.expect(work)

    assert all(planner.asked(replace(plain_call(row), model="claude-nobody-9"))[0].prompt_cache is None for row in work)


def test_earlier_turns_and_what_is_attached_are_kept_unless_tools_stand_before_them() -> None:
    def asked(*calls: Call) -> list[tuple[CacheMark, ...]]:
        planner = caching()
        made = [planner.asked(call)[0] for call in calls * 2]
        return [call.prompt_cache.marks if call.prompt_cache else () for call in made[len(calls) :]]

    call = Call(provider="anthropic", model="claude-haiku-5-5", text="a", history=HISTORY)
    assert asked(call, replace(call, text="b"))[1] == (CacheMark("history", 2),)
    file = Attachment(name="a.pdf", media_type="application/pdf", identity="sha256:1", path="a.pdf")
    about = replace(call, history=(), attachments=(file,), attached_tokens=5000)
    assert asked(about, replace(about, text="b"))[1] == (CacheMark("attachments", 1),)

    def with_tool(name: str) -> Call:
        used = Message("assistant", "", calls=(ToolCall("1", name, "{}"),))
        return replace(call, system=part("shop", LONG), history=(used, Message("tool", "x", call_id="1", name=name)))

    planner = caching()
    first, other, again = (planner.asked(with_tool(name))[1] for name in ("search", "read", "search"))
    assert (first, other) == ((), ())
    assert again != ()


def test_rows_that_go_to_different_models_share_nothing() -> None:
    other = Step("other", (ModelRef("anthropic", "claude-opus-5-5"),))
    work = [*planned([(part("shop", LONG), "")]), planned_row("x", step=other, system=part("shop", LONG))]
    planner = caching()
    planner.expect(work)

    calls = [plain_call(work[0]), replace(plain_call(work[1]), model="claude-opus-5-5")]
    assert [planner.asked(call)[0].prompt_cache for call in calls] == [None, None]


def test_only_a_long_call_for_a_completion_is_stored_and_only_where_providers_may_be_asked() -> None:
    gemini = Step("gemini", (ModelRef("gemini", "gemini-3.8-flash"),))
    system = "You answer tickets of a shop. " * 3000
    rows = [planned_row(f"ticket {number}", index=number, step=gemini, system=system) for number in range(9)]
    call = Call(provider="gemini", model="gemini-3.8-flash", text="ticket 1", system=system)
    others = [replace(call, predicate="it is urgent"), replace(call, system=None)]

    def storable(each: Call, *, asks: bool = True) -> list[int]:
        caching = ProviderCaching(PRESETS, PRICES, lambda: NOW, asks=asks)
        caching.expect(rows)
        return [beginning.calls for beginning in caching.storable(each)]

    assert storable(call) == [9]
    assert [storable(each) for each in others] == [[], []]
    assert storable(call, asks=False) == []
