"""What becomes of a row: the attempts of its chain, its answer, or why it has none."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeAlias

from msgspec import Struct

from scrimp.enums import CacheUse, Effort, RouteChoice, RowStatus
from scrimp.values.calls import Completion, Entry, Failure, Usage
from scrimp.values.parsed_json import Json
from scrimp.values.prompts import Prompt
from scrimp.values.routes import TooDear


class Attempt(Struct, frozen=True, kw_only=True):
    """A step's completion or failure, as judged within a chain."""

    step: int
    name: str
    completion: Completion | None
    failure: Failure | None
    confidence: float | None  # None: nothing to judge by
    why: str  # the signal that decided: choices, schema, check, agreement, logprobs, valid, refused, empty, ...
    valid: bool  # satisfies choices, schema and check; if False the row is never ok
    kept: bool
    parsed: Json = None
    output: str | None = None  # the label or the JSON alone; None if the text is the answer
    reworded: bool = False  # the prompt was reworded, to see whether its model agrees with itself
    reason: str = ""  # why it was kept, or why the chain continued
    without_room: bool = False  # its cap left no text, so the same was asked again under a higher one


class AttemptSummary(Struct, frozen=True):
    """One attempt of a row that took several, as reported in the row."""

    step: str
    model: str | None
    confidence: float | None
    why: str


class Compression(Struct, frozen=True, kw_only=True):
    """Tokens of a prompt, with its system text and earlier turns, before and after it was compressed."""

    before: int
    after: int
    level: str
    estimated: bool = False
    rules: tuple[str, ...] = ()  # the rules that shortened it
    note: str = ""  # why the requested level could not be used
    version: str = ""  # version of the code that compressed it
    keep: float | None = None  # the share of documents that was kept, where it is not the default one
    why: str = ""  # what certifies the level for its task
    below: int = 0  # tokens: the size that the level was raised for, above which the model costs more; 0: it was not


class CallUsage(Struct, frozen=True, kw_only=True):
    """What a paid call used, so that the same call can be priced again later."""

    provider: str
    model: str  # the model that was called
    answered_by: str
    usage: Usage | None
    service_tier: str | None = None
    speed: str | None = None
    region: str | None = None
    reported_cost: Decimal | None = None  # dollars
    compared: bool = False  # the one call that the baseline would have made, too


CERTIFIED = "tuned "  # prefix of the reason of a row that a certificate routed


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The stored part of a completed row; this is what the cache holds.

    As JSON it has only what is not as it is by default, which is half of it: so these defaults must never change.
    """

    output: str
    model: str
    provider: str
    finish_reason: str
    called_as: str | None = None  # the model's name in the call, where the reply gives a longer one
    parsed: Json = None
    tier: str | None = None
    chain: str | None = None
    escalated: bool = False
    confidence: float | None = None
    why: str = ""
    usage: Usage | None = None  # usage of the call whose completion was kept
    cost: Decimal | None = None  # dollars for the row, all attempts included
    price: str | None = None
    estimated: bool = False
    compressed: Compression | None = None
    attempts: int = 1
    baseline: str | None = None
    baseline_cost: Decimal | None = None  # what that model would have cost for the same tokens, uncompressed
    compression_saved: Decimal | None = None  # dollars that compression saved, at the price of the model that answered
    climb: tuple[AttemptSummary, ...] = ()  # all attempts, if there were several
    raw: str | None = None  # the completion as the model wrote it, where `output` is only its label or its JSON
    choice: RouteChoice = "routing"  # who chose the model
    baseline_estimated: bool = False  # the tokens of `baseline_cost` or `compression_saved` were not counted
    compared_cost: Decimal | None = None  # dollars of the one call that the baseline would have made, too
    calls: tuple[CallUsage, ...] = ()  # the paid ones, unless there was one whose cost follows from `usage`
    batch_saved: Decimal | None = None  # dollars that the compared call would have cost more outside a batch
    provider_cache_saved: Decimal | None = None  # extra cost without the provider's cache; may be negative
    seller_saved: Decimal | None = None  # extra cost at the provider that was named; may be negative

    @property
    def certified(self) -> bool:
        """Whether a certified route gave it, in the place of the model that is its baseline."""
        return self.why.startswith(CERTIFIED)

    effort: Effort | None = None  # effort that was requested
    dear: TooDear | None = None  # why it was not answered as it would have been


class ExpectedRow(Struct, frozen=True):
    """What a row was expected to cost before it was called, in dollars, and whether that rests on an assumed length."""

    dollars: Decimal
    assumed: bool  # nothing was known of completions of its task


class Answered(Struct, frozen=True, kw_only=True):
    """A row with a valid completion."""

    prompt: Prompt
    answer: Answer
    cache: CacheUse
    entries: tuple[Entry, ...] = ()  # entries of all calls made for the row in this run
    entry: Entry | None = None  # entry of the call whose completion was kept; None if no call was made
    paid_by_another_run: bool = False
    expected: ExpectedRow | None = None  # if the row was called; None if unknown


class Failed(Struct, frozen=True, kw_only=True):
    """A row without a valid completion; `answer` has what was returned (a truncated text, an invalid label)."""

    prompt: Prompt
    failure: Failure
    status: RowStatus
    answer: Answer | None = None
    cache: CacheUse = "miss"
    entries: tuple[Entry, ...] = ()
    paid_before: tuple[Entry, ...] = ()  # batch calls that are in the bill of an earlier run already
    dear: TooDear | None = None
    expected: ExpectedRow | None = None  # as for an answered row

    @property
    def in_batch(self) -> bool:
        """Whether the row waits for a batch: it has not failed, though it has no completion yet."""
        return self.failure.kind == "batch"


Outcome: TypeAlias = Answered | Failed
OutcomeSink: TypeAlias = Callable[[Sequence[Outcome]], None]  # takes the outcomes of rows as they come
