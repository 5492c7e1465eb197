"""Rows of a run, their books, and what a provider bills for them, with only what a test cares about spelled out."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal

from scrimp.flows.plan.planned_row import PlannedRow
from scrimp.flows.plan.prompt_compressor import PromptCompressor
from scrimp.flows.plan.run_options import RunLabels
from scrimp.flows.spend.recorder import CallRecorder, RowRecorder
from scrimp.prices.book import PriceBook
from scrimp.prices.rates import Rates, cost
from scrimp.values import Chain, Entry, Message, ModelRef, Prompt, Route, Step, Usage

Begin = Callable[[Entry], None]
Append = Callable[[tuple[Entry, ...]], None]

STEP = Step("simple", (ModelRef("acme", "m"),))


def call_recorder(
    prices: PriceBook,
    begin: Begin = lambda _: None,
    append: Append = lambda _: None,
    note: Append = lambda _: None,
    free: Collection[str] = (),
) -> CallRecorder:
    """What a run books with."""

    async def written_down(entry: Entry) -> None:
        begin(entry)

    return CallRecorder(
        run="r",
        labels=RunLabels(),
        prices=prices,
        begin=written_down,
        append=append,
        note=note,
        clock=lambda: 1_795_000_000.0,
        free=free,
    )


def planned_row(
    text: str = "hello", *, index: int = 0, step: Step = STEP, system: str | None = None,
    history: tuple[Message, ...] = (), key: bytes | None = None,
) -> PlannedRow:  # fmt: skip
    prompt = Prompt(index=index, text=text, system=system, history=history)
    route = Route(chain=Chain(steps=(step,)), tier=None, why="asked for")
    return PlannedRow(prompt, "off", PromptCompressor("off"), route, key if key is not None else text.encode())


def row_recorder(run: CallRecorder, row: PlannedRow | None = None) -> RowRecorder:
    return RowRecorder(run, row or planned_row())


def bill(usage: Usage, rates: Rates) -> Decimal:
    """What a provider really bills."""
    dollars = cost(usage, rates)
    assert dollars is not None
    return dollars
