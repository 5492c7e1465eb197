"""What the store of batches keeps: jobs, shards, and calls."""

from __future__ import annotations

from msgspec import Struct

from scrimp.enums import BatchedCall, ShardState


class Job(Struct, frozen=True, kw_only=True):
    """One command whose calls go through batches."""

    job: str
    created: float  # seconds since the epoch
    folder: str  # directory in which the command was run
    command: tuple[str, ...]  # the words of the command after `scrimp`
    digest: str  # hash of the command and its directory: the same command resumes the job
    input: str | None = None  # the copy of stdin, where the rows came from there
    deadline: float | None = None  # seconds since the epoch
    queue: str | None = None  # queue in which its requests wait for `scrimp batch flush`
    cancelled: bool = False
    ended: float | None = None  # when its rows were printed
    cheap_from: float | None = None  # when requests that no batch takes cost less, as it was last found
    for_later: int = 0  # calls that wait for cheap hours


class ShardRecord(Struct, frozen=True, kw_only=True):
    """A batch at one provider, from the file on this machine to the results; its state is written before each step."""

    shard: str
    job: str
    provider: str
    model: str
    path: str  # path of the endpoint that its requests go to
    requests: int
    size: int  # bytes of its file
    state: ShardState
    created: float  # when its file was written; once `creating`, when the provider was asked to make it
    window: float | None = None  # seconds; None: the provider's own
    file: str | None = None  # the provider's id
    batch: str | None = None  # the provider's id
    word: str | None = None  # the provider's word for its state
    answered: int | None = None  # requests, as the provider counts them
    failed: int | None = None  # requests that failed
    expires: float | None = None
    submitted: float | None = None  # when the provider confirmed it
    ended: float | None = None  # when its results were kept, or it was given up
    held_until: float | None = None  # when it is sent again
    parent: str | None = None  # the shard that it is a part of
    error: str | None = None  # why it was refused or given up
    reported_cost: str | None = None  # dollars of the whole batch, as the provider writes them
    tokens_in: int | None = None  # tokens of the whole batch, as the provider counts them
    tokens_out: int | None = None
    queue: str | None = None  # queue in which it waits, or waited, for `scrimp batch flush`
    adopted: bool = False  # found at its provider: its requests are known only from its results
    odd_results: int = 0  # results without a request of this shard, or the second for one


class Portion(Struct, frozen=True):
    """How much of a shard is a job's."""

    own: int  # calls that it collected
    shared: int  # calls of other jobs that it waits for, too


ANY_QUESTION = -1  # adopted batches: a result names its row, not which call of it


class CallInShard(Struct, frozen=True):
    """A call to be written to a shard: whose row it is, and what it asks."""

    key: bytes  # cache key of the row, 32 bytes
    question: int  # number of the call within its row, 63 bits
    number: int  # line in the file, from 1
    source: str = ""  # where the row came from, for messages: "tickets.jsonl:3"
    most: int | None = None  # nanodollars that it can cost, where a budget holds its job
    asked: bytes | None = None  # hash of what the row asks, whatever the model: 8 bytes


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
    why: str = ""  # why it has no reply


class Result(Struct, frozen=True):
    """What came back for a call."""

    key: bytes
    status: int = 0
    request_id: str | None = None
    reply: bytes | None = None
    why: str = ""
