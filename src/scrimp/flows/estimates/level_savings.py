"""What each level of compression would save on an input: a sample of its calls, compressed to every level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp import tokens
from scrimp.billing.level_savings import CliffSaving, LevelSaving, LevelSavings
from scrimp.compress.options import LEVELS
from scrimp.enums import Level
from scrimp.flows.plan.prompt_compressor import PromptCompressor, texts_of
from scrimp.read.selection.sample import StratifiedSample
from scrimp.tokens.tokenizer_factors import tokenizer_factor
from scrimp.values import ModelRef, Usage

if TYPE_CHECKING:
    from scrimp.flows.plan.planned_row import PlannedRow
    from scrimp.flows.services import Services

# Every level is tried on all calls up to this many rows and characters, some two seconds of work; of more, on a sample.
_MOST_ROWS, _MOST_CHARACTERS = 400, 1_000_000
_ZERO = Decimal(0)


class _CallSizes(Struct, frozen=True):
    """One call: its tokens and dollars of input at each level, why a level did less, and its own level."""

    tokens: Mapping[Level, int]
    dollars: Mapping[Level, Decimal | None]
    notes: Mapping[Level, str]
    level: Level
    model: str
    cliffs: Mapping[Level, int | None]  # the size that it is above and that makes it more expensive


class LevelSampler:
    """Collects the calls of an input, then says what each level would save on them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._sample = StratifiedSample["PlannedRow"](rows=_MOST_ROWS, size=_MOST_CHARACTERS)
        self._estimate = 0  # tokens of all calls as given, by their bytes
        self._compressors = {level: PromptCompressor(level) for level in LEVELS}

    def offer(self, row: PlannedRow) -> None:
        """Take a call into account."""
        texts = _given(row)
        self._estimate += sum(map(tokens.estimate, texts))
        self._sample.offer(row, sum(map(len, texts)))

    def savings(self, overhead: int) -> LevelSavings | None:
        """Return what each level would save, None if there is nothing to call.

        `overhead` is the tokens of all calls that are in no prompt.
        """
        rows = self._sample.rows
        if not rows:
            return None
        calls, scale = [self._sizes(row) for row in rows], self._scale(rows)
        own_levels = {call.level for call in calls}
        return LevelSavings(
            calls=self._sample.count, sampled=len(rows), models=tuple(dict.fromkeys(call.model for call in calls)),
            now=_saving(
                next(iter(own_levels)) if len(own_levels) == 1 else None,
                [(call, call.level) for call in calls], scale, overhead,
            ),
            levels=tuple(_saving(level, [(call, level) for call in calls], scale, overhead) for level in LEVELS),
            cliffs=tuple(_cliff_savings(calls)),
        )  # fmt: skip

    def _scale(self, rows: Iterable[PlannedRow]) -> Decimal:
        """Return how many times the tokens of the sample all calls have."""
        if self._sample.whole:
            return Decimal(1)
        return Decimal(self._estimate) / (sum(tokens.estimate(text) for row in rows for text in _given(row)) or 1)

    def _sizes(self, row: PlannedRow) -> _CallSizes:
        count = cache(tokens.count)  # most levels leave most texts as they are
        sizes, notes = dict[Level, int](), dict[Level, str]()
        for level, compressor in self._compressors.items():
            sent = compressor.compress(row.prompt)
            texts = (*sent.texts, row.instruction or "")
            sizes[level], notes[level] = sum(map(count, texts)), sent.note.partition(": ")[0]  # without words it cites
        model = self._model(row)
        dollars = {level: self._dollars(size, model) for level, size in sizes.items()}
        price = self._services.prices.price(model.provider, model.model, self._services.clock())
        cliffs = {
            level: None if price is None else price.cliff(_as_counted(size, model)) for level, size in sizes.items()
        }
        return _CallSizes(sizes, dollars, notes, row.level, model.id, cliffs)

    def _model(self, row: PlannedRow) -> ModelRef:
        """Return the first model that can be called for a row; the first of all where none can."""
        candidates = row.route.chain.steps[0].candidates
        return next((model for model in candidates if self._services.can_call(model)), candidates[0])

    def _dollars(self, size: int, model: ModelRef) -> Decimal | None:
        """Return what a prompt costs to read, as its model counts tokens."""
        usage = Usage(input=_as_counted(size, model))
        return self._services.prices.cost_of(
            provider=model.provider, model=model.model, usage=usage, when=self._services.clock()
        ).dollars


def _as_counted(size: int, model: ModelRef) -> int:
    """Return about how many tokens a model counts for this many of o200k_base."""
    return size * (tokenizer_factor(model.provider, model.model) or 100) // 100


def _cliff_savings(calls: Sequence[_CallSizes]) -> Iterator[CliffSaving]:
    """Yield the levels that bring calls below a size at which their model costs more, each more than that before it."""
    most = 0
    for level in LEVELS:
        below = [call for call in calls if (call.cliffs[call.level] or 0) > (call.cliffs[level] or 0)]
        if len(below) > most:
            most = len(below)
            saved = sum(((call.dollars[call.level] or _ZERO) - (call.dollars[level] or _ZERO) for call in below), _ZERO)
            yield CliffSaving(level=level, calls=len(below), saved_usd=saved)


def _saving(
    name: Level | None, calls: Sequence[tuple[_CallSizes, Level]], scale: Decimal, overhead: int
) -> LevelSaving:  # fmt: skip
    """Return the sum of calls, each at a level, as that of `scale` times as many."""
    before = sum(call.tokens["off"] for call, _ in calls)
    saved = sum(call.tokens["off"] - call.tokens[level] for call, level in calls)
    notes = [note for call, level in calls if (note := call.notes[level])]
    return LevelSaving(
        level=name, input=int(before * scale) - int(saved * scale) + overhead, saved_input=int(saved * scale),
        saved_usd=_saved_dollars(calls, scale), note=max(notes, key=notes.count, default=""),
        rows=sum(call.tokens[level] < call.tokens["off"] for call, level in calls),
    )  # fmt: skip


def _saved_dollars(calls: Iterable[tuple[_CallSizes, Level]], scale: Decimal) -> Decimal | None:
    total = Decimal(0)
    for call, level in calls:
        before, after = call.dollars["off"], call.dollars[level]
        if before is None or after is None:
            return None
        total += before - after
    return total * scale


def _given(row: PlannedRow) -> tuple[str, ...]:
    return (*texts_of(row.prompt), row.instruction or "")
