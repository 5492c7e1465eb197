"""The rows a tuning command works on, and the models that take part: a flagship and a pool of cheap ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from statistics import fmean

from msgspec import Struct

from scrimp.errors import InputError, UsageError
from scrimp.flows.tune.recorded_rows import RecordedRows
from scrimp.tuning.model_families import family
from scrimp.tuning.recorded_row import RecordedRow

# A model is cheap where it costs at most this share of the flagship.
_CHEAP = 1 / 3
# Models are compared by their scores where this share of the rows is labeled: labels of disputes alone would mislead.
_MIN_LABELED = 0.9
_MIN_COVERAGE = 0.9  # share of the prompts of the most recorded model


class ModelRecord(Struct, frozen=True):
    """What is recorded of one model: rows, their mean score where nearly all are labeled, and dollars of one row.

    The dollars are those that were billed, hidden reasoning included; None if some are unknown.
    """

    model: str
    rows: int
    score: float | None
    cost: float | None


class Dataset:
    """Rows with a completion of every model that takes part, and their texts by row id."""

    def __init__(
        self, recorded: RecordedRows, *, flagship: str | None = None, pool: Sequence[str] | None = None
    ) -> None:
        """Raise InputError if there are no rows, UsageError if a named model is not recorded."""
        self._all, self.texts, self._unpriced = recorded.rows, recorded.texts, recorded.unpriced
        models = self._models
        if not models:
            raise InputError("nothing is recorded: name a recording, or collect pairs with scrimp tune shadow")
        for name in (*(pool or ()), *((flagship,) if flagship else ())):
            if name not in models:
                raise UsageError(f"{name} is in no row: the recorded models are {', '.join(models)}")
        _require_costs(recorded.unpriced if pool is None or flagship is None else recorded.unpriced & {flagship, *pool})
        self.flagship = flagship or self._best
        self.pool = {model: family(model) for model in (pool or self._cheap) if model != self.flagship}
        if not self.pool:
            raise UsageError(f"no model is much cheaper than {self.flagship}: name some with --pool")
        required = {*self.pool, self.flagship}
        self.rows = [row for row in self._all if required <= row.answers.keys()]
        if not self.rows:
            raise InputError(
                f"no row has a completion of each of {', '.join(sorted(required))}: name fewer with --pool"
            )

    @property
    def left_out(self) -> int:
        """Rows that lack a completion of one of the models."""
        return len(self._all) - len(self.rows)

    @cached_property
    def _models(self) -> list[str]:
        return list(dict.fromkeys(model for row in self._all for model in row.answers))

    @cached_property
    def _costs(self) -> dict[str, float]:
        """Mean dollars a call."""
        return {
            model: fmean(row.answers[model].cost for row in self._all if model in row.answers) for model in self._models
        }

    @cached_property
    def _scores(self) -> dict[str, list[float]]:
        return {
            model: [
                answer.score
                for row in self._all
                if (answer := row.answers.get(model)) is not None and answer.score is not None
            ]
            for model in self._models
        }

    @cached_property
    def _counts(self) -> dict[str, int]:
        """Rows of each model."""
        return {model: sum(model in row.answers for row in self._all) for model in self._models}

    @property
    def records(self) -> list[ModelRecord]:
        """What is recorded of every model, whether it takes part or not; the most expensive first."""
        records = [
            ModelRecord(
                model, rows, fmean(scores) if len(scores := self._scores[model]) >= _MIN_LABELED * rows else None,
                None if model in self._unpriced else self._costs[model],
            )
            for model, rows in self._counts.items()
        ]  # fmt: skip
        return sorted(records, key=lambda one: (one.cost is not None, -(one.cost or 0), one.model))

    @property
    def _best(self) -> str:
        """Return the model with the best mean score where nearly every row is labeled, else the most expensive."""
        scores = self._scores
        if all(len(known) >= _MIN_LABELED * len(self._all) for known in scores.values()):
            return max(self._models, key=lambda model: (fmean(scores[model]), self._costs[model]))
        return max(self._models, key=lambda model: self._costs[model])

    @property
    def _cheap(self) -> list[str]:
        """Return the models that cost much less than the flagship and completed about as many prompts."""
        rows = self._counts
        limit, most = _CHEAP * self._costs[self.flagship], max(rows.values())
        return [model for model in self._models if self._costs[model] <= limit and rows[model] >= _MIN_COVERAGE * most]


def _require_costs(unpriced: Collection[str]) -> None:
    """Raise InputError if models that take part, or may, have completions of unknown cost."""
    if unpriced:
        raise InputError(
            f"the cost of completions of {', '.join(sorted(unpriced))} is unknown: a recording needs prompt_tokens and "
            "completion_tokens, or cost, and prices (--prices FILE); collected pairs need a price under [models]; or "
            "leave those models out with --flagship and --pool"
        )


class Split(Struct, frozen=True):
    """Rows to learn from and rows to report, split by the last bit of sha256(id): a row never changes sides."""

    train: list[RecordedRow]
    test: list[RecordedRow]


def split_rows(rows: Iterable[RecordedRow]) -> Split:
    """Return the rows whose sha256(id) is even to learn from, and the odd ones to report."""
    split = Split([], [])
    for row in rows:
        (split.test if sha256(row.id.encode()).digest()[-1] & 1 else split.train).append(row)
    return split


def disputed_rows(
    rows: Iterable[RecordedRow], cheap: Iterable[str], flagship: str
) -> Iterator[tuple[RecordedRow, list[str]]]:
    """Yield the rows on which a cheap model does not assert what the flagship asserts, with the models to label."""
    pool = list(cheap)
    for row in rows:
        top = row.answers[flagship]
        dissenting = [model for model in pool if top.asserted is None or row.answers[model].asserted != top.asserted]
        unlabeled = [model for model in (*dissenting, flagship) if row.answers[model].score is None]
        if dissenting and unlabeled:
            yield row, unlabeled
