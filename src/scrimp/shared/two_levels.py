"""Two caches as one: that of this machine, which is asked first and outlives everything, before that of a server."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from scrimp.errors import ServerDownError, ServerRefusedError, StoreError
from scrimp.store.completion_cache import CachedCompletion
from scrimp.values import Answer

if TYPE_CHECKING:
    from scrimp.shared.response_cache import ResponseCache
    from scrimp.store.completion_cache import CompletionCache

# Completions that came from the server and wait to be written here: a transaction for each group would be slow.
_GROUP = 500
# Completions that wait for a server to come back; those before them are on this machine alone.
_MOST_UNTAKEN = 100_000
# The last that it took, of which it gets again what it may have lost: other machines wait for those at most.
_MOST_TAKEN = 10_000
# What it gets of these with each group of new ones: these are waited for.
_CAUGHT_UP_AT_ONCE = 2000

Keep = Callable[[Sequence[CachedCompletion]], object]


class TwoLevelCache:
    """A CompletionCache of one thread, over the server's, which is opened when it is first asked."""

    def __init__(
        self, local: CompletionCache, server: Callable[[], ResponseCache], *, local_too: bool,
        keep: Keep | None = None, warn: Callable[[str], None] = lambda _: None, most_untaken: int = _MOST_UNTAKEN,
    ) -> None:  # fmt: skip
        """What is put goes to both, or, unless it is `local_too`, to the local cache where the server does not take it.

        `keep` writes what the server had into the local cache, which will be asked first for it.
        """
        self._local, self._server, self._local_too = local, server, local_too
        self._keep, self._warn, self._most_untaken = keep, warn, most_untaken
        self._taken: deque[bytes] = deque(maxlen=_MOST_TAKEN)
        self._breaks: int | None = None  # of the server, when it last took something; None: nothing was put
        self._from_server: dict[bytes, CachedCompletion] = {}

    def get_many(
        self, keys: Sequence[bytes], *, since: float = 0.0, run: str | None = None
    ) -> dict[bytes, CachedCompletion]:
        """Return what is cached under these keys, made at or after `since`, by that run only if one is named."""
        found = self._local.get_many(keys, since=since, run=run)
        if missing := [key for key in keys if key not in found]:
            shared = self._server().get_many(missing, since=since, run=run)
            found |= shared
            if shared and self._keep is not None:
                self._from_server |= shared
                if len(self._from_server) >= _GROUP:
                    self._keep_here(self._keep)
        return found

    def put_many(self, rows: Sequence[tuple[bytes, Answer]], *, run: str, now: float) -> None:
        """Cache completions; StoreError if neither cache can."""
        if self._local_too:
            self._local.put_many(rows, run=run, now=now)
        taken = self._put_on_server([CachedCompletion(key, now, run, answer) for key, answer in rows])
        if not taken and not self._local_too:
            self._local.put_many(rows, run=run, now=now)

    def _put_on_server(self, completions: Sequence[CachedCompletion]) -> bool:
        """Return whether the server took these, and then some of what it did not take while it was away."""
        server, keys = self._server(), [each.key for each in completions]
        try:
            server.put_completions(completions)
        except ServerDownError:  # reported by the server's own object
            self._see_breaks(server)
            server.untaken.update(dict.fromkeys(keys))
            for key in list(islice(server.untaken, max(0, len(server.untaken) - self._most_untaken))):
                del server.untaken[key]
            return False
        except ServerRefusedError:  # as above; it would refuse them again
            server.untaken.clear()
            return False
        self._see_breaks(server)
        self._taken.extend(keys)
        self._catch_up(server, most=_CAUGHT_UP_AT_ONCE)
        return True

    def _see_breaks(self, server: ResponseCache) -> None:
        """Note what a server took before it was away, and may have lost since."""
        if self._breaks != server.breaks:
            server.untaken.update(dict.fromkeys(self._taken))
            self._taken.clear()
            self._breaks = server.breaks

    def _catch_up(self, server: ResponseCache, *, most: int) -> None:
        """Give a server what it did not take, at most so many, from the local cache; what is not there is lost."""
        keys = list(islice(server.untaken, most))
        for start in range(0, len(keys), _GROUP):
            group = keys[start : start + _GROUP]
            try:
                server.put_completions(list(self._local.get_many(group).values()))
            except (ServerDownError, ServerRefusedError):  # as above
                return
            for key in group:
                del server.untaken[key]
            self._taken.extend(group)

    def close(self) -> None:
        """Keep what came from the server, tell it what it does not have; close the local cache."""
        if self._breaks is not None:
            self._see_breaks(self._server())
            self._catch_up(self._server(), most=self._most_untaken)
        if self._from_server and self._keep is not None:
            self._keep_here(self._keep)
        self._local.close()

    def _keep_here(self, keep: Keep) -> None:
        try:
            keep(list(self._from_server.values()))
        except StoreError as error:  # the server has them
            self._keep = None
            self._warn(f"completions of the shared cache are not kept here: {error}")
        self._from_server = {}
