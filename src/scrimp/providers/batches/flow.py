"""What all batch APIs have in common: the protocol that a flow implements, and what goes in and comes out of it.

A flow sends nothing itself. Each of its operations is a generator that yields the requests to make, gets their replies,
and returns what they mean; `transport` drives it. Where a reply refuses, it raises `BatchRefusedError`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import BinaryIO, Protocol, TypeAlias, TypeVar

from msgspec import Struct

from scrimp.enums import BatchRefusal, BatchState
from scrimp.providers.endpoint import HttpReply, HttpRequest
from scrimp.values import Attachment, Failure

T = TypeVar("T")


class BatchLimits(Struct, frozen=True, kw_only=True):
    """What one batch may hold, and how long it may take."""

    requests: int
    bytes: int  # bytes of the file, or of the whole body
    line_bytes: int | None = None  # bytes of one request in it
    window: float = 86_400.0  # seconds after which what is not answered expires, where no other window is asked for
    longest_window: float = 86_400.0  # the shortest one that can be asked for is the usual one
    results_kept: float | None = None  # seconds after its creation for which results can be fetched; None: not stated


class Shard(Struct, frozen=True, kw_only=True):
    """A batch before it is submitted: the requests of one model, in a file on this machine."""

    name: str  # unique, of [A-Za-z0-9_-], at most 64: by it a batch whose creation was not confirmed is found again
    model: str
    path: str  # path of the endpoint of all its requests, such as /v1/chat/completions
    requests: int
    size: int  # bytes of the file
    created: float  # seconds since the epoch: when its submission was begun
    window: float | None = None  # seconds; None: the provider's own


class Frame(Struct, frozen=True):
    """What stands around the lines of a file: nothing for JSONL, the rest of the object for one JSON body."""

    head: bytes = b""
    separator: bytes = b"\n"
    tail: bytes = b"\n"


class FileRequest(Struct, frozen=True, kw_only=True):
    """A request whose body is the shard's file: as it is, or as the last part of a form."""

    url: str
    headers: Mapping[str, str] = {}
    method: str = "POST"
    form: Mapping[str, str] | None = None  # the fields before the file; None: the file is the whole body
    file_name: str = ""  # file name in the upload form
    content_type: str = "application/json"  # content type of the file


class LineFault(Struct, frozen=True):
    """Why a batch was refused whose requests were looked at: by which line, from 1, if that is known."""

    code: str
    message: str
    line: int | None = None


class RemoteBatch(Struct, frozen=True, kw_only=True):
    """A batch as its provider describes it. Counts are None if they are not told (yet)."""

    id: str
    state: BatchState
    word: str  # the provider's own word for its state
    shard: str | None = None  # the shard's name, where the provider gives it back
    model: str | None = None  # the model, if the provider reports it
    total: int | None = None
    completed: int | None = None  # answered, also with an error
    failed: int | None = None
    created: float | None = None  # seconds since the epoch
    expires: float | None = None
    results: tuple[str, ...] = ()  # where they are, in the flow's terms: files, or the batch itself
    faults: tuple[LineFault, ...] = ()  # faults of a batch in state "refused"
    reported_cost: str | None = None  # dollars of the whole batch, as written
    tokens: tuple[int, int] | None = None  # tokens in and out of the whole batch, if the provider sums them


class BatchResult(Struct, frozen=True, kw_only=True):
    """What became of one request: a reply like that of a live call, or why there is none."""

    custom_id: str
    reply: HttpReply | None = None
    unanswered: str | None = None  # "expired", "cancelled" or why else no model was asked; it was not billed


class BatchRefusedError(Exception):
    """A request about a batch was refused, or its reply cannot be understood."""

    def __init__(self, failure: Failure, refusal: BatchRefusal = "other") -> None:
        super().__init__(failure.message)
        self.failure, self.refusal = failure, refusal


# A request has no key. It gets it where it is sent, and only to the provider's own host (`Endpoint.is_own`): files are
# fetched from other hosts, too, whose addresses are secrets themselves.
WireRequest: TypeAlias = HttpRequest | FileRequest
Exchanges: TypeAlias = Generator[WireRequest, HttpReply, T]


class BatchFlow(Protocol):
    """How batches are made at one provider."""

    limits: BatchLimits
    tells_names: bool  # whether a batch is told with the name of its shard
    uploads: bool  # whether a file is uploaded first, and named when the batch is created

    def line(self, custom_id: str, request: HttpRequest) -> bytes:
        """Return a request as it stands in the file: one line of JSON, without its end."""

    def path(self, request: HttpRequest) -> str:
        """Return the path of a request as batches name it, which is that of its shard: /v1/chat/completions."""

    def frame(self, shard: Shard) -> Frame:
        """Return the frame around the lines. Only name, model, path and window of the shard are known then."""

    def refuses(self, model: str) -> str | None:
        """Return why a model cannot be called in a batch, as far as that is known without asking; None if it can."""

    def refuses_attached(self, attachments: Sequence[Attachment]) -> str | None:
        """Return why images and PDFs are not sent in batches, though a live call may have them; None if they can be."""

    def upload(self, shard: Shard) -> Exchanges[str]:
        """Upload the shard's file; return the provider's name of it. Only where `uploads`."""

    def create(self, shard: Shard, file: str) -> Exchanges[RemoteBatch]:
        """Create the batch, of an uploaded file or of the shard's own."""

    def look_up(self, batch: str) -> Exchanges[RemoteBatch]:
        """Ask for one batch."""

    def find(self, shard: Shard) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the batches that may be this shard's, whose creation was not confirmed: by name, or time and count.

        Those that were refused are none of them: nothing of them ran, and the shard may be sent again.
        """

    def list_all(self, since: float) -> Exchanges[Sequence[RemoteBatch]]:
        """Return the account's batches that were created since a time, not only ours, as far as they are listed."""

    def cancel(self, batch: str) -> Exchanges[None]:
        """Ask for the end of a batch; what was answered by then is kept, and billed."""

    def fetch(self, batch: RemoteBatch) -> Sequence[HttpRequest]:
        """Return the requests whose replies hold the results of a batch that has ended; none if it has none."""

    def more(self, batch: RemoteBatch, results: BinaryIO) -> Sequence[HttpRequest]:
        """Return the requests for results that such a reply only points to: the next page, or files; often none.

        Their replies are read, and asked for more, like the first one.
        """

    def read(self, results: BinaryIO) -> Iterator[BatchResult]:
        """Yield the results in one such reply, in any order; raise BatchRefusedError for one that is not whole."""
