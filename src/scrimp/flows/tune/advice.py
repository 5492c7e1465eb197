"""Which expensive calls cheaper models could have answered, judged by their tasks, and what that would save."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from scrimp.errors import ScrimpError
from scrimp.flows.tune.dataset import Dataset
from scrimp.flows.tune.recorded_rows import RecordedRows
from scrimp.store.ledger import TaskTotal
from scrimp.tuning.policies import policy_name
from scrimp.tuning.policy_metrics import PolicyMetrics, measure
from scrimp.tuning.recorded_row import RecordedRow
from scrimp.tuning.shortlist import shortlist

_DAY = 86_400.0  # seconds
_MONTH = 30 * _DAY
# A month is told only where calls were made on this many days of at least a week: one run says nothing of the next.
_MIN_DAYS, _MIN_PERIOD = 4, 7 * _DAY
MIN_PAIRS = 20
PER = 1000  # calls


class Advice(Struct, frozen=True, kw_only=True):
    """One model's calls for one task, and the safest policy that would save; None if too few pairs are known."""

    task: TaskTotal
    cost: Decimal | None  # dollars of PER calls; None if no call has a known price
    months: Decimal | None = None  # the time in which the calls were made; None if that is too short to tell
    policy: str | None = None
    pairs: int = 0
    below: float | None = None  # share of prompts that would not have reached the model
    saved: Decimal | None = None  # share of the cost

    @property
    def saving(self) -> Decimal | None:
        """Dollars that would be saved on PER calls."""
        return None if self.cost is None or self.saved is None else self.cost * self.saved

    @property
    def monthly_cost(self) -> Decimal | None:
        """Dollars of a month like the days that were observed; None if those are too few."""
        return None if self.months is None else self.task.cost / self.months

    @property
    def monthly_saving(self) -> Decimal | None:
        """Dollars that would be saved of it."""
        return None if self.monthly_cost is None or self.saved is None else self.monthly_cost * self.saved


def task_advice(tasks: Iterable[TaskTotal], recorded: RecordedRows, now: float) -> Iterator[Advice]:
    """Yield advice on each task's calls, in the order given; calls that no policy makes cheaper are left out.

    Models with completions of unknown cost take no part. `now` is in seconds since the epoch.
    """
    by_task: defaultdict[str, list[RecordedRow]] = defaultdict(list)
    for row in recorded.rows:
        priced = {model: answer for model, answer in row.answers.items() if model not in recorded.unpriced}
        by_task[row.signature].append(replace(row, answers=priced))
    for task in tasks:
        priced_calls, months = task.calls - task.unpriced, _months(task, now)
        cost = task.cost * PER / priced_calls if priced_calls else None
        pairs = [row for row in by_task[task.signature] if task.model in row.answers and len(row.answers) > 1]
        if len(pairs) < MIN_PAIRS:
            yield Advice(task=task, cost=cost, months=months)
        elif (safest := _safest_policy(pairs, task.model)) is not None and safest[1].saved.value > 0:
            policy, measured = safest
            yield Advice(
                task=task, cost=cost, months=months, policy=policy, pairs=measured.rows,
                below=1 - measured.flagship_share.value, saved=Decimal(measured.saved.value),
            )  # fmt: skip


def _months(task: TaskTotal, now: float) -> Decimal | None:
    """Return the months since the first call of a task; None if what was observed would be drawn out to a month."""
    seconds = now - task.first
    return Decimal(seconds / _MONTH) if task.days >= _MIN_DAYS and seconds >= _MIN_PERIOD else None


def _safest_policy(pairs: Sequence[RecordedRow], model: str) -> tuple[str, PolicyMetrics] | None:
    """Return the safest policy that saves on the pairs of a task, as measured; None if nothing is cheaper."""
    try:
        dataset = Dataset(RecordedRows(list(pairs), {}), flagship=model)
    except ScrimpError:  # nothing recorded is much cheaper
        return None
    policies = shortlist(dataset.rows, dataset.pool, model).policies
    if not policies:
        return None
    return policy_name(policies[0]), measure(policies[0], dataset.rows, model)
