from __future__ import annotations

from decimal import Decimal

import pytest

from scrimp.flows.spend.cost_bound import cost_bound, most_dollars, most_input_tokens
from scrimp.flows.spend.lost_bounds import LONGEST_COMPLETION, at_most, most_of_entry
from scrimp.prices.book import PriceBook
from scrimp.prices.rates import Rates
from scrimp.store.ledger_queries.lost_calls import LostCall
from scrimp.values import Call, Entry, Parameters

NOW = 1_790_000_000.0
MILLION = 1_000_000
PLAIN = Rates(input=Decimal(1), output=Decimal(4))


def most(rates: Rates, tokens: tuple[int, int] = (MILLION, MILLION)) -> Decimal | None:
    return most_dollars(PriceBook({"x/m": rates}), "x", "m", tokens=tokens, when=NOW)


def lost(**more: object) -> LostCall:
    known = {"call": "c", "time": NOW, "provider": "x", "model": "m", "batch": None, "most_input": MILLION}
    return LostCall(**known | {"most_output": 0} | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "dollars"),
    [
        ({}, 5),
        ({"cached_input": Decimal("0.1")}, 5),
        ({"cache_write": Decimal("1.25")}, "5.25"),
        ({"cache_write": Decimal("1.25"), "cache_write_long": Decimal(2)}, 6),
        ({"reasoning": Decimal(8)}, 9),
    ],
)
def test_all_of_a_call_may_be_of_the_most_expensive_kind(more: dict[str, Decimal], dollars: str) -> None:
    rates = Rates(input=PLAIN.input, output=PLAIN.output, **more)

    assert most(rates) == Decimal(dollars)


def test_what_no_price_is_known_of_has_no_bound() -> None:
    assert most_dollars(PriceBook(), "x", "m", tokens=(1, 1), when=NOW) is None


def test_a_bound_is_never_below_the_cost_of_which_it_is_rounded() -> None:
    assert most(Rates(input=Decimal("0.0000001"), output=Decimal(0)), (1, 1)) == Decimal("1e-12")


def test_no_token_is_shorter_than_a_byte() -> None:
    ascii_call, wide_call = (Call(provider="x", model="m", text=text) for text in ("aaaa", "\u4e2d\u4e2d\u4e2d\u4e2d"))

    assert most_input_tokens(wide_call) - most_input_tokens(ascii_call) == 8


def test_hidden_thought_beside_the_cap_is_in_the_bound() -> None:
    prices, parameters = PriceBook({"x/m": PLAIN}), Parameters(max_output=10)
    short, thinking = (
        cost_bound(prices, Call(provider="x", model="m", text="", parameters=parameters, thought_budget=budget), NOW)
        for budget in (0, MILLION)
    )

    assert short is not None
    assert thinking == short + 4


def test_calls_of_which_one_has_no_bound_have_none_together() -> None:
    prices = PriceBook({"x/m": PLAIN})

    assert at_most([lost(), lost(most_output=MILLION)], prices) == 6
    assert at_most([lost(), lost(most_input=None)], prices) is None
    assert at_most([lost(most_output=None)], prices) == 1 + Decimal(4 * LONGEST_COMPLETION) / MILLION


def test_a_call_that_another_model_answered_can_have_cost_what_that_one_costs() -> None:
    prices = PriceBook({"x/m": PLAIN, "x/other": Rates(input=Decimal(10), output=Decimal(40))})
    entry = Entry(
        call="c", run="r", time=NOW, provider="x", model="m", status="paid", cost=None, seconds=1.0,
        answered_by="other", most_input=MILLION, most_output=0,
    )  # fmt: skip

    assert most_of_entry(entry, prices) == 10
