"""What is passed from room to room: frozen records without behaviour.

They are msgspec structs, not dataclasses: a struct is defined in a tenth of the time (start-up is part of the
product), made in a fifth, and goes to and from JSON without a second description of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from scrimp.enums import CacheUse, Effort, EntryStatus, FailureKind, Level, RowStatus, Signal, StopReason

# The one place where the shape of parsed JSON is named; rooms narrow it before they use it.
if TYPE_CHECKING:
    Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
    JsonObject: TypeAlias = "dict[str, Json]"
else:  # msgspec decodes no recursive alias, and any JSON is what is meant
    Json = Any
    JsonObject = dict[str, Any]


class Message(Struct, frozen=True):
    """One turn of a conversation; role is user or assistant (system text travels apart)."""

    role: str
    content: str


class Prompt(Struct, frozen=True, kw_only=True):
    """One row of input: the last user turn is `text`, earlier turns are `history`."""

    index: int
    text: str
    id: str | None = None
    system: str | None = None
    history: tuple[Message, ...] = ()
    row: JsonObject | None = None
    source: str = ""  # "tickets.jsonl:3": where a person finds the row again
    template: str | None = None  # what the text was made with


class Parameters(Struct, frozen=True, kw_only=True):
    """What is asked of a model beside the text; None means that nothing is sent for it."""

    max_output: int | None = None
    temperature: float | None = None
    effort: Effort | None = None
    choices: tuple[str, ...] = ()
    schema: JsonObject | None = None
    logprobs: bool = False


class ModelRef(Struct, frozen=True):
    """A model at a provider, with the settings the user gave this pair."""

    provider: str
    model: str
    effort: Effort | None = None
    max_output: int | None = None

    @property
    def id(self) -> str:
        """The name a person types: provider/model."""
        return f"{self.provider}/{self.model}"


class Step(Struct, frozen=True):
    """One stage of an escalation chain: the first healthy candidate is called, the rest are failovers."""

    name: str
    candidates: tuple[ModelRef, ...]
    tier: str | None = None


class Chain(Struct, frozen=True, kw_only=True):
    """An ordered ascent of steps; a tier is a chain of one."""

    steps: tuple[Step, ...]
    name: str | None = None
    signal: Signal = "auto"
    min_confidence: float = 0.9
    max_escalation: float | None = None  # share of rows, 0..1
    judge: Step | None = None  # who is asked by the signal judge; None is the first step
    parallel: bool = False  # the first two steps are called at once


class RuleCap(Struct, frozen=True):
    """The most that rows of a rule may cost in one run, in dollars; the name is the rule's."""

    name: str
    dollars: Decimal


class Route(Struct, frozen=True, kw_only=True):
    """Where a prompt goes, and the words that say why."""

    chain: Chain
    tier: str | None
    why: str
    level: Level | None = None  # of compression, where the route has its own
    cap: RuleCap | None = None  # for all rows of a run that take it


class Call(Struct, frozen=True, kw_only=True):
    """One request to one model, before it takes any wire format."""

    provider: str
    model: str
    text: str
    system: str | None = None
    history: tuple[Message, ...] = ()
    parameters: Parameters = Parameters()
    stream: bool = False
    step: int = 0  # of the chain it is made for
    resumed: bool = False  # its row has been called for before: it is finished before others are begun
    predicate: str | None = None  # not a completion is wanted, but how probable this is of the text


class Usage(Struct, frozen=True, kw_only=True):
    """Tokens a provider counted for one call; every count includes its parts."""

    input: int = 0
    output: int = 0
    cache_read: int = 0  # part of input
    cache_write: int = 0  # part of input: short- and long-lived together
    cache_write_long: int = 0  # part of cache_write that lives longer (Anthropic 1 h)
    reasoning: int = 0  # part of output, hidden


class TokenLogprob(Struct, frozen=True):
    """A generated token with its natural log probability and the alternatives beside it."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the ledger: a request that was sent, whatever came of it."""

    call: str  # unique id of this request
    run: str
    time: float  # seconds since the epoch, when it was sent
    provider: str
    model: str
    status: EntryStatus
    seconds: float
    usage: Usage | None = None
    cost: Decimal | None = None  # dollars; None is unknown, never zero
    price: str | None = None  # which price: a table's date, "user", "reported"
    estimated: bool = False
    tier: str | None = None
    chain: str | None = None
    step: int = 0
    http: int | None = None
    error: str | None = None
    key: str = ""  # fingerprint of the prompt, hex
    route: str | None = None
    user: str | None = None
    tags: Mapping[str, str] = {}
    signature: str | None = None  # of the prompt's task


class Completion(Struct, frozen=True, kw_only=True):
    """What a model returned for one call."""

    text: str
    usage: Usage | None
    stop_reason: StopReason
    model: str
    finish_reason: str = "stop"  # the provider's own word
    reported_cost: Decimal | None = None  # dollars
    logprobs: tuple[TokenLogprob, ...] = ()
    service_tier: str | None = None
    request_id: str | None = None
    entry: Entry | None = None  # of the call that made it, once that is recorded


class Failure(Struct, frozen=True, kw_only=True):
    """Why a call or a row has no completion, in one sentence for a person."""

    kind: FailureKind
    message: str
    http: int | None = None
    retry_hint: bool | None = None  # what the provider itself says of trying again; None: nothing
    retry_after: float | None = None  # seconds the provider asked us to wait
    sent: bool = True  # False: the request never left, so it cannot have been billed
    rule_only: bool = False  # of a budget: the cap is of one rule, and rows of others go on


class Attempt(Struct, frozen=True, kw_only=True):
    """A step's completion, or its failure, as judged inside a chain."""

    step: int
    name: str
    completion: Completion | None
    failure: Failure | None
    confidence: float | None  # None: nothing was there to judge by
    why: str  # the signal that decided: choices, schema, check, agreement, logprobs, valid, refused, empty, ...
    valid: bool  # keeps what was promised (choices, schema, check); False is never given out as ok
    kept: bool
    parsed: Json = None
    reworded: bool = False  # the prompt was put in other words, so that its model may agree with itself
    reason: str = ""  # why it was kept, or why the chain went on


class AttemptSummary(Struct, frozen=True):
    """One attempt of a row that took several, as the row tells of it."""

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
    rules: tuple[str, ...] = ()  # what made it shorter
    note: str = ""  # why the level asked for could not be reached


class Answer(Struct, frozen=True, kw_only=True):
    """All that is kept of a completed row; this is what the cache stores."""

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
    usage: Usage | None = None  # of the call whose completion was kept
    cost: Decimal | None = None  # dollars for the row, every attempt in it
    price: str | None = None
    estimated: bool = False
    compressed: Compression | None = None
    attempts: int = 1
    baseline: str | None = None
    baseline_cost: Decimal | None = None  # what that model would have cost for the same tokens, uncompressed
    compression_saved: Decimal | None = None  # dollars the shorter prompt saved at the price of the model that answered
    provider_cache_saved: Decimal | None = None  # dollars saved by the provider's own prompt cache; may be negative
    climb: tuple[AttemptSummary, ...] = ()  # every attempt, where there were several


class Answered(Struct, frozen=True, kw_only=True):
    """A row with a completion that keeps what was promised."""

    prompt: Prompt
    answer: Answer
    cache: CacheUse
    entries: tuple[Entry, ...] = ()  # of every call made for it in this run
    entry: Entry | None = None  # of the call whose completion was kept; None where nothing was called


class Failed(Struct, frozen=True, kw_only=True):
    """A row without one; `answer` holds what there was of it (a truncated text, an invalid label)."""

    prompt: Prompt
    failure: Failure
    status: RowStatus
    answer: Answer | None = None
    cache: CacheUse = "miss"
    entries: tuple[Entry, ...] = ()


Outcome: TypeAlias = Answered | Failed
