"""What the user's own pairs say of each task, as the prior reads it: a small file that is rewritten with the pairs.

The ledger holds the pairs; a run that only looks prompts up does not open it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from scrimp.routing.prior.difficulty import TaskGain
from scrimp.routing.task_signature import task_signature
from scrimp.store.files.private_file import replace_private_file
from scrimp.values import Parameters, Prompt


class TaskGains:
    """The gain of a high model over a simple one on each task that has pairs."""

    def __init__(self, gains: Mapping[str, TaskGain], *, name: str | None, parameters: Parameters) -> None:
        """`name` is what the user calls the task."""
        self._gains, self._name, self._parameters = gains, name, parameters

    def find(self, prompt: Prompt) -> TaskGain | None:
        """Return the known gain of a prompt's task."""
        return self._gains.get(task_signature(prompt, self._parameters, self._name))


def load_task_gains(path: Path, warn: Callable[[str], None]) -> dict[str, TaskGain]:
    """Return the gains by task; none if there is no file, or none that can be read, of which the user is warned."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, TaskGain])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        warn(f"{path} cannot be read ({error}), so the prior alone decides: delete it; tune shadow writes it again")
        return {}


def save_task_gains(path: Path, gains: Mapping[str, TaskGain]) -> None:
    """Replace the gains by task; StoreUnwritableError where that fails."""
    replace_private_file(path, msgspec.json.encode(dict(sorted(gains.items()))), synced=False)
