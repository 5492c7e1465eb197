"""Work that waits until no other run works: whether another run of this store is calling a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.flows.stores.recovery import recover
from scrimp.store.journal import PREFIX

if TYPE_CHECKING:
    from scrimp.flows.services import Services

# The queue of `scrimp batch submit --when-idle`.
IDLE_QUEUE = "idle"
BUSY = "another run of this store is calling models"


def is_busy(services: Services) -> bool:
    """Return whether another process has calls in flight, or has made some and goes on: a run, a question, a fetch.

    A process that was killed leaves its journal behind, which is brought in first.
    """
    folder, own = services.paths.ledger_db.parent, f"{PREFIX}{services.run}-"
    if not any(folder.glob(f"{PREFIX}*.jsonl")):
        return False
    recover(services.paths, services.warn, services.stores.share_recovered)
    return any(not path.name.startswith(own) for path in folder.glob(f"{PREFIX}*.jsonl"))
