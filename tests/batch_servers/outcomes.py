"""What becomes of a batch and of each of its requests."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct, field

from batch_servers.answers import prompt_of


class Phase(StrEnum):
    """Where a batch stands; each API has words of its own for them."""

    VALIDATING = "validating"
    RUNNING = "running"
    FINISHING = "finishing"
    COMPLETED = "completed"
    EXPIRED = "expired"
    FAILED = "failed"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"

    @property
    def has_ended(self) -> bool:
        return self in (Phase.COMPLETED, Phase.EXPIRED, Phase.FAILED, Phase.CANCELLED)


DEFAULT_SCRIPT = (Phase.VALIDATING, Phase.RUNNING, Phase.FINISHING, Phase.COMPLETED)


class Fate(Struct, frozen=True):
    """How one request ends: its HTTP status, and whether and how its result is told."""

    status: int
    code: str = ""
    lines: int = 1  # lines among the results
    garbled: bool = False
    expired: bool = False

    @property
    def billed(self) -> bool:
        return self.status == 200

    @property
    def delivered(self) -> bool:
        return self.status == 200 and self.lines > 0 and not self.garbled


SUCCEEDED = Fate(200)
MISSING = Fate(200, lines=0)  # run, billed and counted, but not among the results
DUPLICATED = Fate(200, lines=2)
GARBLED = Fate(200, garbled=True)  # its line is not JSON
STATUS_ZERO = Fate(0)  # a line that says nothing
EXPIRED_LINE = Fate(0, "batch_expired", expired=True)


def failed(status: int, code: str = "") -> Fate:
    """Fail with an HTTP status, such as 400, 429 or 500."""
    return Fate(status, code)


class Item(Struct):
    """One request of a batch, its body as it was sent."""

    position: int
    custom_id: str
    raw: bytes
    fate: Fate | None = None  # once it was run

    @property
    def body(self) -> dict[str, Any]:
        decoded: dict[str, Any] = msgspec.json.decode(self.raw)
        return decoded

    @property
    def prompt(self) -> str:
        return prompt_of(self.body)


class Refusal(Struct, frozen=True):
    """Why a whole batch failed."""

    code: str
    message: str
    line: int | None = None
    param: str | None = None


class Batch(Struct):
    """One batch job."""

    id: str
    created_at: float
    model: str
    items: list[Item]
    script: Sequence[Phase]
    given: dict[str, Any]  # what else its creation said, as the API calls it
    input_file: str = ""
    place: int = 0  # in its script
    phase: Phase = Phase.VALIDATING
    entered: dict[Phase, float] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    hidden_polls: int = 0
    hidden_lists: int = 0
    output_file: str = ""
    error_file: str = ""

    finished: int = 0  # requests that were run, in the order they were sent
    succeeded: int = 0
    input_tokens: int = 0  # of those that succeeded
    output_tokens: int = 0

    @property
    def done(self) -> list[Item]:
        return self.items[: self.finished]

    @property
    def left(self) -> list[Item]:
        return self.items[self.finished :]

    def due(self) -> int:
        """Return how many requests are done in the present phase: in the k-th of m polls while running, k/(m+1)."""
        if self.phase in (Phase.FINISHING, Phase.COMPLETED):
            return len(self.items)
        if self.phase is not Phase.RUNNING:
            return self.finished
        polls = sum(phase is Phase.RUNNING for phase in self.script)
        nth = sum(phase is Phase.RUNNING for phase in self.script[: self.place + 1])
        return len(self.items) * nth // (polls + 1)
