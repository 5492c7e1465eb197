"""What modules pass to each other: frozen records without behavior.

They are msgspec structs, not dataclasses: a struct takes a tenth of the time to define (which start-up pays for) and a
fifth to create, and converts to and from JSON without a second definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from scrimp.enums import (
    Buy,
    CacheLifetime,
    CachePart,
    CacheUse,
    Effort,
    EntryStatus,
    FailureKind,
    Level,
    OnDear,
    RouteChoice,
    RowStatus,
    Signal,
    StopReason,
)

# The type of parsed JSON, defined only here; modules narrow it before use. In rows of an input a number with a fraction
# or an exponent is a msgspec.Raw, which is its digits as they were written.
if TYPE_CHECKING:
    Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
    JsonObject: TypeAlias = "dict[str, Json]"
else:  # msgspec does not decode recursive aliases; any JSON is accepted
    Json = Any
    JsonObject = dict[str, Any]


TextSpan: TypeAlias = tuple[int, int]  # where a part of a text starts and ends, in characters


class ToldText(Struct, frozen=True):
    """A text, and where data stands in it by the word of the caller; all else is instruction then."""

    text: str
    told: tuple[TextSpan, ...] = ()

    def after(self, before: str) -> ToldText:
        """Return the text with another one before it."""
        return ToldText(before + self.text, tuple((start + len(before), end + len(before)) for start, end in self.told))


class ToolCall(Struct, frozen=True):
    """A call that a model made of a tool; `arguments` is a JSON object as it was written."""

    id: str
    name: str
    arguments: str


class Message(Struct, frozen=True, omit_defaults=True):
    """One turn of a conversation; role is user, assistant or tool (system text is separate)."""

    role: str
    content: str
    told: tuple[TextSpan, ...] = ()  # where data stands in it; how it is compressed, not what it says
    calls: tuple[ToolCall, ...] = ()  # that an assistant's turn ends with
    call_id: str = ""  # what a tool's turn is the result of
    name: str = ""  # of that tool
    is_error: bool = False  # that tool failed

    @property
    def words(self) -> str:
        """What a model reads of the turn, calls included."""
        if not self.calls:
            return self.content
        return "\n".join([self.content, *(f"{call.name} {call.arguments}" for call in self.calls)])


class Attachment(Struct, frozen=True, kw_only=True):
    """An image or a PDF that goes with a prompt."""

    name: str  # the path or the URL, as given
    media_type: str
    identity: str  # the hash of a file's content, or the URL: what the cache knows it by
    path: str = ""  # where the file is; empty for a URL
    size: int = 0  # bytes of the file
    width: int = 0  # pixels of an image; 0 where it was not measured, or cannot be
    height: int = 0
    pages: int = 0  # of a PDF; 0 as above
    data: str = ""  # the file in base64, read only when it is sent
    defect: str = ""  # why it cannot be sent, as a sentence

    @property
    def is_url(self) -> bool:
        """Whether the provider fetches it."""
        return self.identity == self.name


class Prompt(Struct, frozen=True, kw_only=True):
    """One row of input: the last user turn is `text`, earlier turns are `history`."""

    index: int
    text: str
    told: tuple[
        TextSpan, ...
    ] = ()  # where data stands in the text, by the word of the caller; all else is instruction then
    id: str | None = None
    system: str | None = None
    history: tuple[Message, ...] = ()
    after: tuple[Message, ...] = ()  # the tools that were called for the last user turn, and their results
    row: JsonObject | None = None
    source: str = ""  # where the row comes from: "tickets.jsonl:3"
    template: str | None = None  # the template the text was made from
    file: str = ""  # the input it was read from, "stdin" included
    number: int = 0  # of the row in that input, from 1; 0 where the whole input is one row
    line: str | None = None  # the row itself where it is text and the prompt was made of it
    tabular: bool = False  # the row is one of a CSV, TSV or Parquet table
    attachments: tuple[Attachment, ...] = ()
    sample: int | None = None  # which of several completions of this prompt, from 0; None: one is wanted


class Parameters(Struct, frozen=True, kw_only=True):
    """What a request asks for besides the text; None leaves a parameter out."""

    max_output: int | None = None
    temperature: float | None = None
    effort: Effort | None = None
    choices: tuple[str, ...] = ()
    schema: JsonObject | None = None
    logprobs: bool = False

    @property
    def structured(self) -> bool:
        """Whether a completion must be a label or JSON."""
        return bool(self.choices) or self.schema is not None


class ModelRef(Struct, frozen=True):
    """A model at a provider, with the user's settings for it; with an effort of its own it is an arm of the model."""

    provider: str
    model: str
    effort: Effort | None = None  # unless the run asks for another
    max_output: int | None = None
    arm: Effort | None = None  # the effort named with it, which goes before all others
    buy: Buy = "named"  # where it may be bought, which is no part of what is asked for

    @property
    def id(self) -> str:
        """The name on the command line: provider/model, or provider/model@effort."""
        return self.without_arm if self.arm is None else f"{self.without_arm}@{self.arm}"

    @property
    def without_arm(self) -> str:
        """The name of the model at any effort: what has its price and its table in the config."""
        return f"{self.provider}/{self.model}"

    def effort_of(self, asked: Effort | None) -> Effort | None:
        """Return the effort of a call; `asked` is the run's, as --effort gives it."""
        return self.arm or asked or self.effort


class Step(Struct, frozen=True):
    """One stage of an escalation chain: the first healthy candidate is called, the rest are failovers."""

    name: str
    candidates: tuple[ModelRef, ...]
    tier: str | None = None


class Chain(Struct, frozen=True, kw_only=True):
    """Steps in ascending order; a tier is a chain of one step."""

    steps: tuple[Step, ...]
    name: str | None = None
    signal: Signal = "auto"
    min_confidence: float = 0.9
    max_escalation: float | None = None  # share of rows, 0..1
    escalate_unjudged: bool = False  # also from a completion that nothing can judge, as a certified route does
    judge: Step | None = None  # for the signal "judge"; None: the first step judges
    parallel: bool = False  # call the first two steps at the same time
    only_if_cheaper: bool = False  # skip what comes before the last step where it may not save money


class RuleCap(Struct, frozen=True):
    """The cost cap of a rule: the most its rows may cost in one run, in dollars."""

    name: str
    dollars: Decimal


class RowLimit(Struct, frozen=True, kw_only=True):
    """The most that one row is to cost, as is expected before it is called, and what becomes of one that costs more."""

    dollars: Decimal
    action: OnDear | None = None  # None: as the run has it
    rule: str | None = None  # whose limit it is; None is the run's


class TooDear(Struct, frozen=True, kw_only=True):
    """A row that was expected to cost more than its limit, and what was done about it."""

    limit: Decimal  # dollars, as all here
    rule: str | None = None  # whose limit it is; None is the run's
    expected: Decimal | None  # None where the price is unknown, which is never taken for cheap
    model: str  # that would have been called first
    action: OnDear
    instead: str | None = None  # the model that is called first instead, or the level it is compressed at
    now: Decimal | None = None  # what is expected then


class Route(Struct, frozen=True, kw_only=True):
    """Where a prompt is sent, and why."""

    chain: Chain
    tier: str | None
    why: str
    level: Level | None = None  # of compression, if the route sets one
    cap: RuleCap | None = None  # for all rows of the run with this route
    choice: RouteChoice = "routing"  # who chose the model
    flagship: str | None = None  # provider/model, which a certified route is used instead of
    certified_task: str | None = None  # the signature of its certificate
    key_chain: Chain | None = (
        None  # that of the cache key where it is not the chain itself: the key of a voter is missing
    )
    expected_gain: float | None = None  # by the prior: of a high model over a simple one, in score
    certificate: str | None = None  # its name in the ledger
    limit: RowLimit | None = None  # of each of its rows, by its rule
    dear: TooDear | None = None  # this row, so that it does not go where it would have gone


class CacheMark(Struct, frozen=True):
    """Where in a call something ends that its provider is to keep: in which part, after how much of it.

    Of a text `end` is in characters, of earlier turns and attachments it is their number.
    """

    part: CachePart
    end: int


class PromptCache(Struct, frozen=True, kw_only=True):
    """What a call asks of its provider's prompt cache; without marks it asks that nothing be kept."""

    marks: tuple[CacheMark, ...] = ()  # in the order of the call
    lifetime: CacheLifetime = "5m"
    key: str = ""  # a name of what is shared, for providers that want one
    stored: str = ""  # the provider's name of what it stored: all before the last mark, which is not sent again


class Call(Struct, frozen=True, kw_only=True):
    """One request to one model, independent of the wire format."""

    provider: str
    model: str
    text: str
    system: str | None = None
    history: tuple[Message, ...] = ()
    after: tuple[Message, ...] = ()  # turns that follow the text: calls of tools, and their results
    parameters: Parameters = Parameters()
    stream: bool = False
    step: int = 0  # of the chain
    resumed: bool = False  # its row has had a call before: it goes before rows that have not
    attachments: tuple[Attachment, ...] = ()
    attached_tokens: int = 0  # the most that they count at this model
    thought_budget: int = 0  # the most hidden tokens where its cap does not count them; they are asked for as a limit
    predicate: str | None = None  # ask for the probability that this is true of the text, not for a completion
    prompt_cache: PromptCache | None = None  # None: the provider is told nothing of it


class Usage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Tokens a provider counted for one call; each count includes its parts."""

    input: int = 0
    output: int = 0
    cache_read: int = 0  # part of input
    explicit_read: int = 0  # part of cache_read: what marks asked for (Qwen)
    cache_write: int = 0  # part of input: short- and long-lived together
    cache_write_long: int = 0  # part of cache_write that lives longer (Anthropic 1 h)
    reasoning: int = 0  # part of output; hidden
    input_audio: int = 0  # part of input
    cache_read_audio: int = 0  # part of cache_read and of input_audio
    output_audio: int = 0  # part of output
    web_searches: int = 0  # searches that the provider made and bills
    stored: int = 0  # tokens in an explicit cache times the seconds that they were there (Gemini)
    unlisted: int = 0  # other things that it bills and that no price list has: sources read, seconds of audio

    def if_counted(self, text: str) -> Usage | None:
        """Return the usage of a completion; None, unknown, where a provider counted no token at all for a text."""
        return self if self.input or self.output or not text else None


class TokenLogprob(Struct, frozen=True):
    """A generated token with its natural log probability and the most probable alternatives."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the ledger: a request that was sent, whatever its result."""

    call: str  # unique id of this request
    run: str
    time: float  # seconds since the epoch, when it was sent
    provider: str
    model: str
    status: EntryStatus
    seconds: float
    usage: Usage | None = None
    cost: Decimal | None = None  # dollars; None means unknown, never zero
    price: str | None = None  # the source of the price: a table's date, "user" or "reported"
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
    answered_by: str | None = None  # the model of the reply, where that is another one than was asked for
    effort: Effort | None = None  # as it was sent
    escalated: bool | None = None  # of a call that ended a row of a chain: whether above its cheap models
    unread: bool | None = None  # of one that ended a row of a certified route of one model: whether it has no answer
    batch: str | None = None  # the shard it was sent in
    attempt: int | None = None  # which call of its row it was, 0 the first; None: made by an earlier version
    retry: bool | None = None  # whether it was made because the row's call before it had no completion
    # Of a call that may have been billed though no reply came, or none that counts its tokens: the most tokens in and
    # out (None: nothing caps them), and what its provider calls it.
    most_input: int | None = None
    most_output: int | None = None
    reply_id: str | None = None


def both_names(model: str, answered_by: str | None) -> str:
    """Return the name of a model on one line, with that of another one that answered in its place."""
    return model if answered_by is None else f"{model} (by {' '.join(answered_by.split())})"


class Completion(Struct, frozen=True, kw_only=True):
    """What a model returned for one call."""

    text: str
    usage: Usage | None
    stop_reason: StopReason
    model: str
    finish_reason: str = "stop"  # the provider's own term
    reported_cost: Decimal | None = None  # dollars
    logprobs: tuple[TokenLogprob, ...] = ()
    service_tier: str | None = None
    speed: str | None = None  # Anthropic: fast is dearer
    region: str | None = None  # where Anthropic kept the call; "us" is dearer
    request_id: str | None = None
    batch: bool = False  # whether it came through a batch
    entry: Entry | None = None  # of the call that returned it, once recorded


class Failure(Struct, frozen=True, kw_only=True):
    """Why a call or a row has no completion; the message is one sentence for the user."""

    kind: FailureKind
    message: str
    http: int | None = None
    retry_hint: bool | None = None  # whether the provider says to retry; None: it does not say
    retry_after: float | None = None  # seconds the provider asks to wait
    sent: bool = True  # False: the request was not sent, so it was not billed
    rule_only: bool = False  # for kind "budget": only one rule or row reached its cap, other rows continue
    reply_id: str | None = None  # what the provider calls a reply that broke off


class Attempt(Struct, frozen=True, kw_only=True):
    """A step's completion or failure, as judged within a chain."""

    step: int
    name: str
    completion: Completion | None
    failure: Failure | None
    confidence: float | None  # None: there was nothing to judge by
    why: str  # the signal that decided: choices, schema, check, agreement, logprobs, valid, refused, empty, ...
    valid: bool  # satisfies choices, schema and check; if False the row is never ok
    kept: bool
    parsed: Json = None
    output: str | None = None  # the label or the JSON alone; None where the text is the answer
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
    version: str = ""  # of the code that shortened it
    keep: float | None = None  # the share of documents that was kept, where it is not the default one
    why: str = ""  # what certifies the level for its task
    below: int = 0  # tokens: the size that the level was raised for, above which the model is dearer; 0: it was not


class CallUsage(Struct, frozen=True, kw_only=True):
    """What a paid call used, so that the same call can be priced again later."""

    provider: str
    model: str  # as it was called
    answered_by: str
    usage: Usage | None
    service_tier: str | None = None
    speed: str | None = None
    region: str | None = None
    reported_cost: Decimal | None = None  # dollars
    compared: bool = False  # the one call that the baseline would have made, too


CERTIFIED = "tuned "  # how the reason of a row begins that a certificate routed


class Answer(Struct, frozen=True, kw_only=True):
    """The stored part of a completed row; this is what the cache holds."""

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
    provider_cache_saved: Decimal | None = None  # that it would have cost more without the provider's cache, or less
    seller_saved: Decimal | None = None  # that it would have cost more where its model was named, or less

    @property
    def certified(self) -> bool:
        """Whether a certified route gave it, in the place of the model that is its baseline."""
        return self.why.startswith(CERTIFIED)

    effort: Effort | None = None  # that the model was asked for
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
    entries: tuple[Entry, ...] = ()  # of all calls made for it in this run
    entry: Entry | None = None  # of the call whose completion was kept; None if no call was made
    paid_by_another_run: bool = False
    expected: ExpectedRow | None = None  # where it was called; None is unknown


class Failed(Struct, frozen=True, kw_only=True):
    """A row without a valid completion; `answer` has what was returned (a truncated text, an invalid label)."""

    prompt: Prompt
    failure: Failure
    status: RowStatus
    answer: Answer | None = None
    cache: CacheUse = "miss"
    entries: tuple[Entry, ...] = ()
    dear: TooDear | None = None
    expected: ExpectedRow | None = None  # as of an answered row

    @property
    def in_batch(self) -> bool:
        """Whether the row waits for a batch: it has not failed, though it has no completion yet."""
        return self.failure.kind == "batch"


Outcome: TypeAlias = Answered | Failed
