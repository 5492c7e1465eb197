"""What a chain did for a task before, and the rows that therefore go straight to its last step."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrimp.config.resolved.api_keys import KeyRing
from scrimp.config.resolved.routes import Routes
from scrimp.config.schema import Config
from scrimp.errors import StoreError
from scrimp.flows.answer.chain_history import EXPLORE_EVERY, HISTORY_SECONDS, ChainHistory
from scrimp.prices.book import PriceBook
from scrimp.prices.rates import Rates
from scrimp.store.ledger import ClimbCount
from scrimp.store.ledger_queries.billed_calls import BilledCalls
from scrimp.values import Chain

NOW = 1_795_000_000.0
PRICES = {"a": 1, "b": 2, "top": 20, "dear": 30}
KEY = bytes([1]) * 32  # of a row that is not one of those that climb all the same


def routes(**chain: Any) -> Routes:
    tree = {
        "providers": {"p": {"dialect": "openai", "base_url": "https://x.example", "key_env": "K"}},
        "chains": {"c": {"steps": ["p/a", "p/b", "p/top"], **chain}},
    }
    config = msgspec.convert(tree, Config)
    return Routes(config, KeyRing({"K": "k"}, config.providers))


class Past:
    """A chain with a record of its own."""

    def __init__(
        self,
        climbs: list[ClimbCount] | Callable[[], list[ClimbCount]],
        *,
        prices: dict[str, int] = PRICES,
        billed: list[BilledCalls] | None = None,
        **chain: Any,
    ) -> None:
        self.warnings: list[str] = []
        self.read: list[float] = []
        self._climbs = climbs
        places = routes(**chain)
        recorder = PriceBook(
            {f"p/{name}": Rates(input=Decimal(rate), output=Decimal(rate)) for name, rate in prices.items()}
        )
        self.chain: Chain = places.chain("c")
        self._history = ChainHistory(
            self._past, places, recorder, lambda: NOW, self.warnings.append, billed=lambda *_: billed or []
        )

    def _past(self, since: float) -> list[ClimbCount]:
        self.read.append(since)
        return self._climbs if isinstance(self._climbs, list) else self._climbs()

    def start(self, task: str = "task", key: bytes = KEY) -> int:
        return self._history.first_step(self.chain, task, key)


def ended(*rows: int, task: str = "task", chain: str = "c") -> list[ClimbCount]:
    """So many rows came to an end at the first step, the second, and so on."""
    return [ClimbCount(task, chain, step, count) for step, count in enumerate(rows) if count]


def test_a_task_whose_rows_nearly_all_climbed_goes_straight_up() -> None:
    assert Past(ended(0, 4, 96)).start() == 2


def test_a_task_whose_rows_mostly_stayed_below_climbs_on() -> None:
    assert Past(ended(0, 80, 20)).start() == 0


def test_another_task_and_another_chain_have_a_record_of_their_own() -> None:
    assert Past(ended(0, 0, 100, task="other")).start() == 0
    assert Past(ended(0, 0, 100, chain="other")).start() == 0


def test_without_a_record_or_with_a_short_one_rows_climb() -> None:
    assert Past([]).start() == 0
    assert Past(ended(0, 0, 29)).start() == 0
    assert Past(ended(0, 0, 30)).start() == 2


def test_one_row_in_twenty_climbs_anyway_and_always_the_same_one() -> None:
    past = Past(ended(0, 0, 1000))
    keys = [hashlib.sha256(str(number).encode()).digest() for number in range(4000)]

    climbing = [key for key in keys if past.start(key=key) == 0]

    assert 0.03 < len(climbing) / len(keys) < 1.5 / EXPLORE_EVERY
    assert all(past.start(key=key) == 0 for key in climbing)


def test_the_ledger_is_read_once_and_no_further_back_than_models_last() -> None:
    past = Past(ended(0, 0, 100))
    for _ in range(3):
        past.start()

    assert past.read == [NOW - HISTORY_SECONDS]


@pytest.mark.parametrize(
    ("rows", "chain", "start"),
    [
        # A fifth of the rows stayed below, and a and b cost 3/20 of the last.
        ((0, 200, 800), {}, 0),
        # At 1/20 of the last, alone and asked twice, a pays from one row in ten on.
        ((60, 940), {"steps": ["p/a", "p/top"]}, 1),
        ((60, 940), {"steps": ["p/a", "p/top"], "signal": "logprobs"}, 0),
        # A judge that costs as much as a step, and is asked twice.
        ((100, 900), {"steps": ["p/a", "p/top"], "signal": "judge"}, 1),
        ((250, 750), {"steps": ["p/a", "p/top"], "signal": "judge"}, 0),
        ((250, 750), {"steps": ["p/a", "p/top"], "signal": "judge", "judge": "p/dear"}, 1),
    ],
)
def test_what_the_cheap_calls_cost_decides_how_many_must_stay_below(
    rows: tuple[int, ...], chain: dict[str, Any], start: int
) -> None:
    assert Past(ended(*rows), **chain).start() == start


def test_steps_that_few_rows_reach_are_paid_for_by_those_alone() -> None:
    # The third step costs 24/30 of the last; half of the rows never saw it.
    past = Past(ended(0, 500, 50, 450), steps=["p/a", "p/b", "p/top", "p/dear"], prices=PRICES | {"top": 24})

    assert past.start() == 0


def test_a_chain_whose_cheap_steps_cost_more_than_its_last_is_warned_of_once() -> None:
    past = Past([], steps=["p/a", "p/top"], prices={"a": 12, "top": 20})

    assert [past.start() for _ in range(3)] == [0, 0, 0]
    assert past.warnings == [
        (
            "chain 'c' can hardly save money: what comes before its last step costs 120 % of what the last costs "
            "alone; name cheaper models, or use its last step as the tier"
        )
    ]


def test_a_chain_that_can_save_is_not_warned_of() -> None:
    past = Past([])
    past.start()

    assert past.warnings == []


@pytest.mark.parametrize("unpriced", ["a", "b", "top"])
def test_where_a_price_is_unknown_rows_climb(unpriced: str) -> None:
    known = {name: rate for name, rate in PRICES.items() if name != unpriced}

    assert Past(ended(0, 0, 100), prices=known).start() == 0


def test_a_ledger_that_cannot_be_read_is_said_once_and_rows_climb() -> None:
    def broken() -> list[ClimbCount]:
        raise StoreError("ledger.db is not a file")

    past = Past(broken)

    assert [past.start(), past.start()] == [0, 0]
    assert past.warnings == [
        "chains start at their first step, because the ledger of earlier runs cannot be read: ledger.db is not a file"
    ]


@given(st.lists(st.integers(0, 300), min_size=3, max_size=3), st.binary(min_size=32, max_size=32))
def test_a_row_begins_at_the_first_step_or_at_the_last(rows: list[int], key: bytes) -> None:
    start = Past(ended(*rows)).start(key=key)

    assert start in (0, 2)
    if rows[2] / max(1, sum(rows)) < 0.5:
        assert start == 0


MINIMAL, HIGH = "p/gpt-5@minimal", "p/gpt-5@high"


def billed(*dollars: str | None, calls: int = 100, model: str = "p/gpt-5") -> list[BilledCalls]:
    """Calls of each step that were billed so much for one."""
    return [
        BilledCalls(None, model, None, step, calls, 1000, 1000, None if cost is None else Decimal(cost) * calls)
        for step, cost in enumerate(dollars)
    ]


@pytest.mark.parametrize(
    ("ends", "calls", "start"),
    [
        # At one list price, ten times apart as billed: a twentieth below does not pay, asked twice, a half does.
        ((5, 95), billed("0.001", "0.01"), 1),
        ((50, 50), billed("0.001", "0.01"), 0),
        # Hardly apart as billed.
        ((50, 50), billed("0.006", "0.01"), 1),
        # What was billed is not known: nothing says that the chain does not pay.
        ((0, 100), [], 0),
        ((0, 100), billed("0.001", "0.01", calls=29), 0),
        ((0, 100), billed("0.001", None), 0),
        ((0, 100), billed("0.001"), 0),
        ((0, 100), billed("0.001", "0.01", model="p/other"), 0),
    ],
)
def test_arms_of_one_model_are_compared_by_what_they_were_billed(
    ends: tuple[int, ...], calls: list[BilledCalls], start: int
) -> None:
    past = Past(ended(*ends), steps=[MINIMAL, HIGH], prices={"gpt-5": 10}, billed=calls)

    assert past.start() == start


def test_what_was_billed_goes_before_list_prices_for_other_models_too() -> None:
    cheap = [
        BilledCalls(None, f"p/{name}", None, step, 50, 1, 1, Decimal(cost))
        for step, (name, cost) in enumerate((("a", "9"), ("top", "10")))
    ]

    assert Past(ended(60, 40), steps=["p/a", "p/top"]).start() == 0
    assert Past(ended(60, 40), steps=["p/a", "p/top"], billed=cheap).start() == 1


def test_a_certified_route_takes_the_steps_that_were_certified() -> None:
    past = Past(ended(0, 0, 1_000))
    assert past.start() == 2

    past.chain = replace(past.chain, escalate_unjudged=True)
    assert past.start() == 0
