"""What a server saw and did: requests, files, batches, and every prompt that a model ran."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from batch_servers.faults import Step
from batch_servers.outcomes import Batch, Fate


class Seen(Struct, frozen=True):
    """One request and how it was answered; the status is 0 where the reply was lost."""

    step: Step
    method: str
    path: str
    headers: dict[str, str]
    status: int


class Run(Struct, frozen=True):
    """One prompt that a model ran; `batch` is empty for a live call."""

    model: str
    prompt: str
    fate: Fate
    custom_id: str = ""
    batch: str = ""


class File(Struct):
    """A file at the server."""

    id: str
    name: str
    purpose: str
    data: bytes
    created_at: float


class Record:
    """All that was done, in its order, and what a test asks of it."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.runs: list[Run] = []
        self.files: dict[str, File] = {}
        self.batches: dict[str, Batch] = {}
        self.withheld: set[str] = set()  # batches that ended and give nothing of what they ran

    @property
    def billed(self) -> Counter[str]:
        """How often each prompt was billed, in batches and live."""
        return Counter(run.prompt for run in self.runs if run.fate.billed)

    @property
    def paid_twice(self) -> list[str]:
        """The prompts that a model was paid for again although a result had been there to be fetched."""
        delivered: set[tuple[str, str]] = set()
        again = []
        for run in self.runs:
            key = (run.model, run.prompt)
            if run.fate.billed and key in delivered:
                again.append(run.prompt)
            if run.fate.delivered and run.batch not in self.withheld:
                delivered.add(key)
        return again

    @property
    def live_prompts(self) -> list[str]:
        return [run.prompt for run in self.runs if not run.batch]

    def count(self, step: str) -> int:
        """Return how often a step was asked for."""
        return sum(seen.step is Step(step) for seen in self.seen)
