"""Sums of what calls were billed, against sums of the entries themselves."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrimp.store.ledger import Ledger
from scrimp.store.ledger_queries.billed_calls import BilledCalls, billed_by_task, billed_for_tasks, billed_in_chain
from scrimp.values import Entry, Usage

entries = st.builds(
    Entry,
    call=st.uuids().map(str), run=st.just("r"), time=st.sampled_from([1.0, 5.0]), provider=st.just("p"),
    model=st.sampled_from(["a", "b"]), status=st.sampled_from(["paid", "paid", "failed", "truncated"]),
    seconds=st.just(0.5), usage=st.none() | st.builds(Usage, input=st.integers(0, 10**6), output=st.integers(0, 10**6)),
    cost=st.none() | st.integers(0, 10**15).map(lambda pico: Decimal(pico).scaleb(-12)),
    chain=st.sampled_from([None, "c"]), step=st.integers(0, 1), signature=st.sampled_from([None, "s1", "s2", "s3"]),
    effort=st.sampled_from([None, "low", "high"]), answered_by=st.sampled_from([None, None, "another"]),
)  # fmt: skip


@settings(max_examples=40)
@given(given=st.lists(entries, max_size=30))
def test_what_was_billed_is_the_sum_of_whole_calls_by_model_effort_and_step(
    tmp_path_factory: pytest.TempPathFactory, given: list[Entry]
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.db"
    ledger = Ledger(path)
    ledger.append(given)
    ledger.close()
    counted = [one for one in given if one.status == "paid" and one.usage is not None and one.answered_by is None]
    asked = {
        "tasks": (billed_for_tasks(path, ["s1", "s2"]), lambda one: one.signature in ("s1", "s2"), False),
        "chain": (billed_in_chain(path, "c", 2.0), lambda one: one.chain == "c" and one.time >= 2.0, False),
        "model": (billed_by_task(path, "p/a"), lambda one: one.model == "a", True),
    }

    for found, meant, by_task in asked.values():
        sums: dict[tuple[object, ...], list[Entry]] = {}
        for one in filter(meant, counted):
            key = (one.signature if by_task else None, f"p/{one.model}", one.effort, one.step)
            sums.setdefault(key, []).append(one)
        assert {(each.task, each.model, each.effort, each.step) for each in found} == sums.keys()
        for each in found:
            part = sums[each.task, each.model, each.effort, each.step]
            costs = [one.cost for one in part]
            assert each.calls == len(part)
            assert each.output == sum(one.usage.output for one in part if one.usage)
            assert each.input == sum(one.usage.input for one in part if one.usage)
            assert (each.cost is None) == (None in costs)
            assert each.cost is None or Fraction(each.cost) == sum(Fraction(cost) for cost in costs if cost is not None)
        if found:
            whole, costs = reduce(BilledCalls.with_those_of, found), [each.cost for each in found]
            assert whole.calls == sum(each.calls for each in found)
            assert whole.cost == (None if None in costs else sum(cost for cost in costs if cost is not None))


def test_a_ledger_that_is_not_there_is_not_made_by_looking_at_it(tmp_path: Path) -> None:
    assert billed_for_tasks(tmp_path / "ledger.db", ["s"]) == []
    assert not (tmp_path / "ledger.db").exists()
