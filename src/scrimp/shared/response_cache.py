"""The completions on a server: found and put in groups; one that does not answer has none, and takes none.

A value is a byte that names this layout, the moment and the run that made it, and the answer as the local cache stores
it, with its checksum. What cannot be read, be it damaged or of a later layout, is not there, nor is what no call
can be.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from scrimp.errors import ServerDownError, ServerRefusedError
from scrimp.store.completion_cache import CachedCompletion
from scrimp.store.encoding.packed_json import unpacked
from scrimp.store.foreign_completion import YEAR_9999, doubtful_field
from scrimp.values import Answer

if TYPE_CHECKING:
    from redis import Redis

    from scrimp.shared.connection import SharedServer

PREFIX = b"scrimp:cache:"
# One command for this many: a larger one would keep other clients of the server waiting.
GROUP = 500
_LAYOUT = 1
_HEAD = struct.Struct(">BdB")  # the layout, the moment, the length of the run's name
# Completions that were made together would be gone, and called for again, together.
_JITTER = 0.1
# The most bytes of JSON that are unpacked of what a server has, which others write to.
_LONGEST = 64 << 20
_decode = msgspec.json.Decoder(Answer).decode


class ResponseCache:
    """The completions on one server, for all threads of a process."""

    def __init__(self, server: SharedServer, *, ttl: float, random_fraction: Callable[[], float]) -> None:
        """`ttl` is how many seconds a completion stays there."""
        self._server, self._ttl, self._random_fraction = server, ttl, random_fraction
        self.untaken: dict[bytes, None] = {}  # keys of what it will be given once it is back, oldest first

    @property
    def breaks(self) -> int:
        """How often the server may have lost all it had."""
        return self._server.breaks

    def get_many(
        self, keys: Sequence[bytes], *, since: float = 0.0, run: str | None = None
    ) -> dict[bytes, CachedCompletion]:
        """Return what the server has under these keys, made at or after `since`, by that run only if one is named."""
        found: dict[bytes, CachedCompletion] = {}
        for start in range(0, len(keys), GROUP):
            group = keys[start : start + GROUP]
            names = [PREFIX + key for key in group]

            try:
                values = self._server.ask(partial(_get, names))
            except (ServerDownError, ServerRefusedError):  # reported by the server's own object
                break
            for key, value in zip(group, values, strict=True):
                cached = None if value is None else completion_of(key, value)
                if cached is not None and cached.created >= since and run in (None, cached.run):
                    found[key] = cached
        return found

    def put_completions(self, completions: Sequence[CachedCompletion], *, only_new: bool = False) -> None:
        """Put completions; the last of a key wins, or with `only_new` the one that is there.

        ServerDownError, ServerRefusedError where the server does not take them.
        """
        for start in range(0, len(completions), GROUP):
            group = completions[start : start + GROUP]
            values = [(PREFIX + each.key, value_of(each), self._life()) for each in group]
            self._server.ask(partial(_put, values, only_new))

    def _life(self) -> int:
        return max(1, int(self._ttl * 1000 * (1 - _JITTER * self._random_fraction())))


def _get(names: Sequence[bytes], client: Redis) -> Sequence[bytes | None]:
    values: Sequence[Any] = client.mget(names)  # bytes: nothing is decoded
    return values


def _put(values: Sequence[tuple[bytes, bytes, int]], only_new: bool, client: Redis) -> None:
    with client.pipeline(transaction=False) as pipeline:
        for name, value, milliseconds in values:
            pipeline.set(name, value, px=milliseconds, nx=only_new)
        pipeline.execute()


def value_of(cached: CachedCompletion) -> bytes:
    """Return a completion as the server has it."""
    from scrimp.store.encoding.stored_answer import stored_answer  # most processes only look up

    run = cached.run.encode()
    return _HEAD.pack(_LAYOUT, cached.created, len(run)) + run + stored_answer(cached.key, cached.answer)


def completion_of(key: bytes, value: bytes) -> CachedCompletion | None:
    """Return the completion that a server has under a key; None if it cannot be read."""
    try:
        _, _, length = _HEAD.unpack_from(value)
        if (created := created_of(value)) is None:
            return None
        run = value[_HEAD.size : _HEAD.size + length].decode()
        answer = _decode(unpacked(key, value[_HEAD.size + length :], longest=_LONGEST))
    except (struct.error, msgspec.MsgspecError, ValueError):
        return None
    completion = CachedCompletion(key, created, run, answer)
    return completion if doubtful_field(completion) is None else None


def created_of(head: bytes) -> float | None:
    """Return the moment that the beginning of a value names; None if it cannot be read."""
    try:
        layout, created, _ = _HEAD.unpack_from(head)
    except struct.error:
        return None
    return float(created) if layout == _LAYOUT and 0 <= created < YEAR_9999 else None
