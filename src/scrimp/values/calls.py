"""One call of a model: what it asks, what comes back, and its line in the ledger."""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from scrimp.enums import CacheLifetime, CachePart, Effort, EntryStatus, FailureKind, StopReason
from scrimp.values.parsed_json import JsonObject
from scrimp.values.prompts import Attachment, Message


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


class CacheMark(Struct, frozen=True):
    """Where in a call something ends that its provider is to keep: in which part, after how much of it.

    Of a text `end` is in characters, of earlier turns and attachments it is their number.
    """

    part: CachePart
    end: int


class PromptCache(Struct, frozen=True, kw_only=True):
    """What a call asks of its provider's prompt cache; without marks it asks that nothing be kept."""

    marks: tuple[CacheMark, ...] = ()  # marks in the order of the call
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
    step: int = 0  # step of the chain
    resumed: bool = False  # its row has had a call before, so it is sent first
    attachments: tuple[Attachment, ...] = ()
    attached_tokens: int = 0  # the most that they count at this model
    thought_budget: int = 0  # the most hidden tokens where its cap does not count them; they are asked for as a limit
    default_cap: int | None = None  # on its completion, where `parameters` have none and its model is sent one anyway
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
    web_searches: int = 0  # web searches that the provider made and bills
    stored: int = 0  # tokens in an explicit cache times the seconds that they were there (Gemini)
    unlisted: int = 0  # other things that it bills and that no price list has: sources read, seconds of audio

    def if_counted(self, text: str) -> "Usage | None":
        """Return the usage of a completion; None, unknown, where a provider counted no token at all for a text."""
        return self if self.input or self.output or not text else None


class TokenLogprob(Struct, frozen=True):
    """A generated token with its natural log probability and the most probable alternatives."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the ledger: a request that was sent, whatever its result.

    As JSON, in a journal, it has only what is not as it is by default: so these defaults must never change.
    """

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
    signature: str | None = None  # task signature of the prompt
    answered_by: str | None = None  # the model of the reply, where that is another one than was asked for
    effort: Effort | None = None  # the effort that was sent
    escalated: bool | None = None  # last call of a chain's row: whether above its cheap models
    unread: bool | None = None  # last call of a one-model route's row: whether it has no answer
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
    speed: str | None = None  # Anthropic: fast costs more
    region: str | None = None  # where Anthropic ran the call; "us" costs more
    request_id: str | None = None
    batch: bool = False  # whether it came through a batch
    entry: Entry | None = None  # ledger entry of the call that returned it, once recorded


class Failure(Struct, frozen=True, kw_only=True):
    """Why a call or a row has no completion; the message is one sentence for the user."""

    kind: FailureKind
    message: str
    http: int | None = None
    retry_hint: bool | None = None  # whether the provider says to retry; None: it does not say
    retry_after: float | None = None  # seconds the provider asks to wait
    sent: bool = True  # False: the request was not sent, so it was not billed
    rule_only: bool = False  # for kind "budget": only one rule or row reached its cap, other rows continue
    reply_id: str | None = None  # the provider's id of a reply that broke off
    billed: Completion | None = None  # partial completion of an error reply, whose tokens are billed
