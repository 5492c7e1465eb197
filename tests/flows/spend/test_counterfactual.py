from __future__ import annotations

import asyncio
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from flows.rows import call_recorder, planned_row, row_recorder
from scrimp.billing.savings import CAUSES, Savings
from scrimp.config.schema import DEFAULT_BASELINE
from scrimp.enums import CacheUse, RouteChoice
from scrimp.flows.spend.cost_now import CostNow
from scrimp.flows.spend.counterfactual import CounterfactualPricer
from scrimp.prices.book import PriceBook
from scrimp.prices.discounts import Discounts
from scrimp.prices.rates import Rates
from scrimp.values import (
    Answer,
    Answered,
    Call,
    Chain,
    Completion,
    Compression,
    ModelRef,
    Prompt,
    Route,
    Step,
    Usage,
)

MODELS = ("openai/gpt-6-luna", "anthropic/claude-opus-5-5", DEFAULT_BASELINE)
SELLERS = [f"openrouter/{name}" for name in MODELS]  # of the same models
STEPS = tuple(Step(name, (ModelRef(*name.split("/"), buy="cheapest"),)) for name in MODELS)
NOW = 1_795_000_000.0

rates = st.decimals(min_value=0, max_value=200, places=7)
prices = st.builds(
    Rates, input=rates, output=rates, cached_input=st.none() | rates, cache_write=st.none() | rates,
    reasoning=st.none() | rates,
)  # fmt: skip


@st.composite
def usages(draw: st.DrawFn) -> Usage:
    read, write, fresh = (draw(st.integers(0, 10**6)) for _ in range(3))
    output = draw(st.integers(0, 10**5))
    return Usage(
        input=read + write + fresh, cache_read=read, cache_write=write, output=output,
        reasoning=draw(st.integers(0, output)),
    )  # fmt: skip


class Made:
    """A row as a run would leave it: calls recorded and priced, one of them compared."""

    def __init__(self, draw: st.DrawFn) -> None:
        batches = {name: draw(st.decimals(min_value=0, max_value=2, places=2)) for name in (*MODELS, *SELLERS)}
        self.book = PriceBook(
            {name: draw(prices) for name in (*MODELS, *SELLERS)}, discounts=Discounts(model_batches=batches)
        )  # fmt: skip
        self.wanted = draw(st.none() | st.sampled_from(MODELS))
        choice: RouteChoice = draw(st.sampled_from(["routing", "chain", "named model"]))
        flagship = draw(st.none() | st.sampled_from(MODELS)) if choice == "routing" else None
        chain = STEPS if choice != "named model" else (draw(st.sampled_from(STEPS)),)
        route = Route(chain=Chain(steps=chain), tier=None, why="", choice=choice, flagship=flagship)
        removed = draw(st.integers(0, 10**5))
        compression = draw(st.none() | st.just(Compression(before=removed + 9, after=9, level="lossless")))
        recorder = row_recorder(call_recorder(self.book), planned_row())
        steps = draw(st.lists(st.integers(0, len(chain) - 1), min_size=1, max_size=4))
        for step in steps:
            used = draw(usages())
            named = chain[step].candidates[0]
            seller, _, model = draw(st.sampled_from([named.id, f"openrouter/{named.id}"])).partition("/")
            answered = draw(st.sampled_from([named.model, "gpt-6-luna"]))  # by a gateway's choice, perhaps
            completion = Completion(
                text="x", usage=used, stop_reason="stop", model=answered, batch=draw(st.booleans())
            )  # fmt: skip
            call = asyncio.run(recorder.begin(Call(provider=seller, model=model, text="x", step=step)))
            kept = recorder.end(call, completion)
        told = CounterfactualPricer(self.book, self.wanted, {"openai", "anthropic"}).counterfactual(
            route, completion, kept, compression
        )
        assert kept.cost is not None
        self.compared_cost, self.cost = kept.cost, recorder.cost
        self.entry, self.called = kept, f"{seller}/{model}"
        self.answer = Answer(
            output="x", model=kept.model, provider=kept.provider, finish_reason="stop", usage=kept.usage,
            cost=recorder.cost, compressed=compression, attempts=len(steps), baseline=told.baseline,
            baseline_cost=told.baseline_cost, compression_saved=told.compression_saved, choice=choice,
            baseline_estimated=told.estimated, compared_cost=kept.cost, provider_cache_saved=told.provider_cache_saved,
            batch_saved=told.batch_saved, seller_saved=told.seller_saved,
        )  # fmt: skip
        cache: CacheUse = draw(st.sampled_from(["miss", "off", "hit", "dup"]))
        self.outcome = Answered(
            prompt=Prompt(index=0, text="x"), answer=self.answer, cache=cache,
            entries=tuple(recorder.entries) if cache in ("miss", "off") else (), paid_by_another_run=cache == "hit",
        )  # fmt: skip


@given(st.data())
def test_the_causes_are_the_baseline_less_what_was_paid_and_only_those_said_to_be_are_negative(
    data: st.DataObject,
) -> None:
    made = Made(data.draw)
    savings = Savings(CostNow(lambda: made.book, {}, made.wanted, NOW))
    paid = made.cost if made.outcome.entries else Decimal(0)
    savings.add(made.outcome, paid)

    assert savings.rows == 1
    assert sum(savings.by_cause.values()) == savings.baseline_cost - savings.cost
    assert savings.cost == paid
    answer = made.answer
    assert answer.baseline_cost is not None
    for cause in CAUSES:
        if cause == "other attempts":
            assert savings.by_cause[cause] <= 0
        elif cause in ("provider caching", "batch", "cheaper provider"):
            assert made.outcome.cache != "hit" or savings.by_cause[cause] == 0  # otherwise of any sign
        elif cause == answer.choice and made.outcome.cache != "hit":
            parts = answer.compression_saved, answer.provider_cache_saved, answer.batch_saved, answer.seller_saved
            other = sum(filter(None, parts))
            dearer = made.compared_cost + other > answer.baseline_cost
            assert (savings.by_cause[cause] < 0) == dearer
        else:
            assert savings.by_cause[cause] >= 0
    if made.outcome.cache == "hit":
        assert {cause for cause, saved in savings.by_cause.items() if saved} <= {"cache"}
    if answer.choice != "routing":
        assert savings.by_cause["routing"] == 0
    if answer.choice == "named model" and made.wanted is None and made.entry.answered_by is None:
        assert savings.by_cause["named model"] == 0
    if made.called in MODELS:
        assert savings.by_cause["cheaper provider"] == 0


def test_the_price_of_the_default_baseline_is_on_its_vendor_s_own_list() -> None:
    provider, _, model = DEFAULT_BASELINE.partition("/")
    price = PriceBook().price(provider, model, NOW)

    assert price is not None
    assert (price.provider, price.mark) == (provider, None)
