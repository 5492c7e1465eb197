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

MONTH = 30 * 86_400.0  # seconds
_MIN_PERIOD = 86_400.0  # seconds; calls of a shorter time count as those of a day
MIN_PAIRS = 20


class Advice(Struct, frozen=True, kw_only=True):
    """One model's calls for one task, and the safest policy that would save; None where too few pairs are known."""

    task: TaskTotal
    monthly_cost: Decimal  # dollars, extrapolated
    policy: str | None = None
    pairs: int = 0
    below: float | None = None  # share of prompts that would not have reached the model
    monthly_saving: Decimal | None = None  # dollars


def task_advice(tasks: Iterable[TaskTotal], recorded: RecordedRows, now: float) -> Iterator[Advice]:
    """Yield advice on each task's calls, in the order given; calls that no policy makes cheaper are left out.

    Models with completions of unknown cost take no part. `now` is in seconds since the epoch.
    """
    by_task: defaultdict[str, list[RecordedRow]] = defaultdict(list)
    for row in recorded.rows:
        priced = {model: answer for model, answer in row.answers.items() if model not in recorded.unpriced}
        by_task[row.signature].append(replace(row, answers=priced))
    for task in tasks:
        monthly_cost = task.cost * Decimal(MONTH / max(now - task.first, _MIN_PERIOD))
        pairs = [row for row in by_task[task.signature] if task.model in row.answers and len(row.answers) > 1]
        if len(pairs) < MIN_PAIRS:
            yield Advice(task=task, monthly_cost=monthly_cost)
        elif (safest := _safest_policy(pairs, task.model)) is not None and safest[1].saved.value > 0:
            policy, measured = safest
            yield Advice(
                task=task, monthly_cost=monthly_cost, policy=policy, pairs=measured.rows,
                below=1 - measured.flagship_share.value, monthly_saving=monthly_cost * Decimal(measured.saved.value),
            )  # fmt: skip


def _safest_policy(pairs: Sequence[RecordedRow], model: str) -> tuple[str, PolicyMetrics] | None:
    """Return the safest policy that saves on the pairs of a task, as measured; None where nothing is cheaper."""
    try:
        dataset = Dataset(RecordedRows(list(pairs), {}), flagship=model)
    except ScrimpError:  # nothing recorded is much cheaper
        return None
    policies = shortlist(dataset.rows, dataset.pool, model).policies
    if not policies:
        return None
    return policy_name(policies[0]), measure(policies[0], dataset.rows, model)
