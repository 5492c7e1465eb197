"""The calls of adopted batches, known only by row and model: which question each of them answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.prices.model_names import is_same_model
from scrimp.store.batches.records import ANY_QUESTION

if TYPE_CHECKING:
    from scrimp.flows.spend.recorder import RowRecorder
    from scrimp.store.batches.records import StoredCall
    from scrimp.values import ModelRef

_FIRST_ERROR = 400  # first HTTP status that is an error


def adopted_calls(models: Sequence[ModelRef], calls: Sequence[StoredCall], recorder: RowRecorder) -> list[StoredCall]:
    """Return the calls of adopted batches that asked these models: a row asks them in the same order every time."""
    used = {entry.call for entry in recorder.entries}
    found = []
    for call in calls:
        if call.question != ANY_QUESTION or call_id_of(call) in used:
            continue
        asked = [
            model.model
            for model in models
            if model.provider == call.provider and is_same_model(model.model, call.model)
        ]
        if asked:
            found.append(replace(call, model=asked[0]))
            if call.status < _FIRST_ERROR:
                break  # earlier failures, before it was sent again
    return found


def call_id_of(stored: StoredCall) -> str:
    """Return the name of a call in the ledger, the same however often its row is made."""
    return call_id(stored.shard, stored.number)


def call_id(shard: str, number: int) -> str:
    """Return that of a call that is known by its number."""
    return f"{shard}-{number:06}"
