"""From stored pairs to what the prior reads of them: how often a high model was right where a simple one was not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from statistics import fmean
from typing import TYPE_CHECKING

from scrimp.answers.canonical import canonical
from scrimp.errors import StoreError
from scrimp.flows.plan.routes.task_gains import load_task_gains, save_task_gains
from scrimp.routing.prior.difficulty import TaskGain
from scrimp.store.tuning.pairs import PairStore, StoredPrompt, StoredReply

if TYPE_CHECKING:
    from scrimp.flows.services import Services

_NEWEST = 300  # prompts of a task: older ones may no longer be like those of today
_SIMPLE, _HIGH = "simple", "high"


def refresh_task_gains(services: Services, pairs: PairStore, tasks: Collection[str]) -> None:
    """Rewrite what the prior reads of these tasks; a file that cannot be written is warned of, as nothing is lost."""
    models = {
        tier: [model.id for model in services.routes.tiers.get(tier, ())] for tier in (_SIMPLE, _HIGH)
    }  # fmt: skip
    path = services.paths.task_gains
    gains = load_task_gains(path, services.warn)
    for task in tasks:
        gain = observed_gain(pairs.of_task(task, _NEWEST), models[_SIMPLE], models[_HIGH])
        if gain is None:
            gains.pop(task, None)
        else:
            gains[task] = gain
    try:
        if gains or path.exists():
            save_task_gains(path, gains)
    except StoreError as error:
        services.warn(f"--tier auto goes on without these pairs: {error}")


def observed_gain(prompts: Iterable[StoredPrompt], simple: Collection[str], high: Collection[str]) -> TaskGain | None:
    """Return the mean gain over the prompts that a simple and a high model have answered; None without any.

    By their scores; where one has none, an answer that differs from the high model's counts as wrong, and free text,
    which cannot be compared, does not count.
    """
    gains = [gain for prompt in prompts if (gain := _gain(prompt, simple, high)) is not None]
    return TaskGain(len(gains), round(fmean(gains), 4)) if gains else None


def _gain(prompt: StoredPrompt, simple: Collection[str], high: Collection[str]) -> float | None:
    low, top = _first(prompt, simple), _first(prompt, high)
    if low is None or top is None or low is top:
        return None
    if low.score is not None and top.score is not None:
        return top.score - low.score
    asked = prompt.asked
    one, other = (canonical(reply.output, asked.choices, asked.schema) for reply in (low, top))
    return None if one is None or other is None else float(one != other)


def _first(prompt: StoredPrompt, models: Collection[str]) -> StoredReply | None:
    """Return the reply of the first of these models that has one, at whatever effort."""
    by_model = {reply.model.partition("@")[0]: reply for reply in prompt.replies}
    return next((by_model[model] for model in models if model in by_model), None)
