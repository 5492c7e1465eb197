"""Which dear calls cheaper models would have answered, by what is known of their tasks, and what that is worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from scrimp.errors import ScrimpError
from scrimp.flows.tune.dataset import Dataset, RecordedRows
from scrimp.store.ledger import TaskTotal
from scrimp.tuning.policies import policy_name
from scrimp.tuning.policy_metrics import PolicyMetrics, measure
from scrimp.tuning.recorded_row import RecordedRow
from scrimp.tuning.shortlist import policies

MONTH = 30 * 86_400.0  # seconds
_SHORTEST = 86_400.0  # of less than a day no month is made
_LEAST = 20  # pairs


class Advice(Struct, frozen=True, kw_only=True):
    """One model's calls for one task; `worth` is dollars a month, None where nothing is known of cheaper models."""

    task: TaskTotal
    month: Decimal  # dollars, at the pace of the time looked at
    policy: str | None = None
    pairs: int = 0
    below: float | None = None  # share of prompts that would not have reached the model
    worth: Decimal | None = None


def advice(tasks: Iterable[TaskTotal], recorded: RecordedRows, now: float) -> Iterator[Advice]:
    """Yield what is known of each task's calls, in the order given; calls nothing could be cheaper for are left out.

    What is not priced takes no part.
    """
    by_task: defaultdict[str, list[RecordedRow]] = defaultdict(list)
    for row in recorded.rows:
        said = {model: one for model, one in row.said.items() if model not in recorded.unpriced}
        by_task[row.signature].append(replace(row, said=said))
    for task in tasks:
        month = task.cost * Decimal(MONTH / max(now - task.first, _SHORTEST))
        beside = [row for row in by_task[task.signature] if task.model in row.said and len(row.said) > 1]
        if len(beside) < _LEAST:
            yield Advice(task=task, month=month)
        elif (known := _known(beside, task.model)) is not None and known[1].saved.value > 0:
            policy, measured, pairs = known
            yield Advice(
                task=task, month=month, policy=policy, pairs=pairs, below=1 - measured.flagship_share.value,
                worth=month * Decimal(measured.saved.value),
            )  # fmt: skip


def _known(beside: Sequence[RecordedRow], model: str) -> tuple[str, PolicyMetrics, int] | None:
    """Return the safest policy that pays on the pairs of a task, as measured; None where nothing is cheaper."""
    try:
        recording = Dataset(RecordedRows(list(beside), {}), flagship=model)
    except ScrimpError:  # nothing recorded is much cheaper
        return None
    listed = policies(recording.rows, recording.pool, model).policies
    if not listed:
        return None
    return policy_name(listed[0]), measure(listed[0], recording.rows, model), len(recording.rows)
