"""What the store of batches keeps: jobs, shards, and calls."""

from __future__ import annotations

from msgspec import Struct

from scrimp.enums import BatchedCall, ShardState


class Job(Struct, frozen=True, kw_only=True):
    """One command whose calls go through batches."""

    job: str
    created: float  # seconds since the epoch
    folder: str  # in which the command was given
    command: tuple[str, ...]  # its words after `scrimp`
    digest: str  # of what the command asks for: the same command goes on with its job
    input: str | None = None  # the copy of stdin, where the rows came from there
    deadline: float | None = None  # seconds since the epoch
    queue: str | None = None  # what it collects waits for `scrimp batch flush` of that name
    cancelled: bool = False
    ended: float | None = None  # when its rows were printed
    cheap_from: float | None = None  # when requests that no batch takes cost less, as it was last found
    for_later: int = 0  # how many these are


class ShardRecord(Struct, frozen=True, kw_only=True):
    """A batch at one provider, from the file on this machine to the results; its state is written before each step."""

    shard: str
    job: str
    provider: str
    model: str
    path: str  # of the endpoint that its requests go to
    requests: int
    size: int  # bytes of its file
    state: ShardState
    created: float  # when its file was written; once `creating`, when the provider was asked to make it
    window: float | None = None  # seconds; None: the provider's own
    file: str | None = None  # as the provider names it
    batch: str | None = None  # as the provider names it
    word: str | None = None  # the provider's word for its state
    answered: int | None = None  # requests, as the provider counts them
    failed: int | None = None  # of these
    expires: float | None = None
    submitted: float | None = None  # when the provider confirmed it
    ended: float | None = None  # when its results were kept, or it was given up
    held_until: float | None = None  # it is sent again then
    parent: str | None = None  # the shard that it is a part of
    error: str | None = None  # why it was refused or given up
    reported_cost: str | None = None  # dollars of the whole batch, as the provider writes them
    tokens_in: int | None = None  # of the whole batch, as the provider adds them up
    tokens_out: int | None = None
    queue: str | None = None  # it waits for `scrimp batch flush` of that name, or did
    adopted: bool = False  # it was found at its provider; what it asked is known by its results alone
    odd_results: int = 0  # results without a request of this shard, or the second for one


class Portion(Struct, frozen=True):
    """How much of a shard is a job's."""

    own: int  # calls that it collected
    shared: int  # calls of other jobs that it waits for, too


ANY_QUESTION = -1  # of a call in an adopted batch: its result names the row, not what of the row was asked


class CallInShard(Struct, frozen=True):
    """A call to be written to a shard: whose row it is, and what it asks."""

    key: bytes  # of the row, 32 bytes
    question: int  # which call of its row it is, 63 bits
    number: int  # of the line in the file, from 1
    source: str = ""  # of the row, for messages: "tickets.jsonl:3"
    most: int | None = None  # nanodollars that it can cost, where a budget holds its job
    asked: bytes | None = None  # what its row asks, wherever it goes: 8 bytes


class StoredCall(Struct, frozen=True, kw_only=True):
    """A call in a shard, and its reply."""

    shard: str
    number: int
    key: bytes
    question: int
    state: BatchedCall
    provider: str
    model: str
    sent: float  # when its batch was created, in seconds since the epoch
    status: int = 0  # HTTP
    request_id: str | None = None
    reply: bytes = b""
    why: str = ""  # it has no reply


class Result(Struct, frozen=True):
    """What came back for a call."""

    key: bytes
    status: int = 0
    request_id: str | None = None
    reply: bytes | None = None
    why: str = ""
