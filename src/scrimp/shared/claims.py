"""Claims among many machines: a key that one process is calling for is left alone by the others.

A claim is a value on the server that names its holder and expires: a process that lives renews its own, only the holder
takes one away, and that of a process that died is free a while later. Where a process holds the claim of this machine
as well, no other one that lives here holds it: what one of these left on the server is taken over at once. A server
that was away may have lost them all: holders make theirs again, and meanwhile what was claimed elsewhere is left alone.
Until it is back, a claim is one of this machine alone, and may not be what it seems: that is a doubt.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from scrimp.errors import ServerDownError, ServerRefusedError
from scrimp.shared.script import Script

if TYPE_CHECKING:
    from scrimp.shared.connection import SharedServer
    from scrimp.store.claims import Claims

PREFIX = b"scrimp:claim:"
# Seconds after which the claim of a process that died is free; one that lives renews its own three times meanwhile.
# Fewer would free those of the living: the last renewal may be 10 seconds old when a server that was slow once is left
# alone for 10 more.
LIFE = 30.0
_GROUP = 1000  # keys of one command
_MOST_UNRELEASED = 100_000  # keys that wait for a server to come back; others expire
# Seconds in which keys to let go of gather: others look for them every 50 ms, and each message costs both sides.
_LINGER = 0.02

# Which keys others have. ARGV: holder, what begins the names of holders of this machine or "", milliseconds. What does
# not expire within a day is what another program has put there: it would never be let go of.
_CLAIM = Script("""
local taken = {}
local function is_free(key, holder)
  if not holder or holder == ARGV[1] or (ARGV[2] ~= '' and string.sub(holder, 1, #ARGV[2]) == ARGV[2]) then
    return true
  end
  local left = redis.call('PTTL', key)
  return left < 0 or left > 86400000
end
for place, key in ipairs(KEYS) do
  if is_free(key, redis.call('GET', key)) then
    redis.call('SET', key, ARGV[1], 'PX', ARGV[3])
  else
    taken[#taken + 1] = place - 1
  end
end
return taken
""")
# A claim that the server has lost is made again, unless another has it meanwhile. ARGV: holder, milliseconds.
_RENEW = Script("""
for _, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if not holder or holder == ARGV[1] then
    redis.call('SET', key, ARGV[1], 'PX', ARGV[2])
  end
end
""")
_RELEASE = Script("""
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then
    redis.call('DEL', key)
  end
end
""")


class SharedClaims:
    """The claims of this process on this machine and on the server; without the server, those of this machine hold."""

    def __init__(
        self, local: Claims, server: SharedServer, *, life: float = LIFE, clock: Callable[[], float] = time.monotonic,
        untaken: Container[bytes] = (),
    ) -> None:  # fmt: skip
        """`life` is how many seconds a claim outlives its process.

        The server is not told to let go of a key that is `untaken`: it does not have its completion yet.
        """
        self._local, self._server, self._life, self._clock = local, server, life, clock
        self._untaken = untaken
        self._token = os.urandom(9).hex()
        # How often the server had been away when it gave a key to this process; None: it knows nothing of that.
        self._held: dict[bytes, int | None] = {}
        self._unreleased: dict[bytes, float] = {}  # keys that the server may still have as held, and until when
        self._elsewhere: dict[bytes, float] = {}  # keys that another machine had, and when that was last seen
        self._away = float("-inf")  # when the server last did not answer
        self._lost = False  # whether it may have lost our claims since they were renewed
        self._lock = threading.Lock()  # while keys are let go of on the server
        self._ended, self._wake = threading.Event(), threading.Event()
        self._keeper: threading.Thread | None = None

    def claim(self, keys: Iterable[bytes]) -> set[bytes]:
        """Claim keys; return those that another process has claimed, here or elsewhere."""
        wanted = list(keys)
        here = self._local.claim(wanted)
        mine = [key for key in wanted if key not in here]
        if not mine:
            return here
        self._keep_again(mine)
        elsewhere, outages = self._left_alone(mine), self._server.outages
        taken, unheard = self._claim_on_server([key for key in mine if key not in elsewhere])
        elsewhere |= taken | self._left_alone(mine)  # it may be away only now
        self._local.release(elsewhere)
        self._held.update({key: None if key in unheard else outages for key in mine if key not in elsewhere})
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._keep_until_closed, name="scrimp-claims", daemon=True)
            self._keeper.start()
        return here | elsewhere

    def doubts(self, key: bytes) -> bool:
        """Return whether another machine may have a key, or its completion, that the server can tell of now.

        So it is where it was away when the key was claimed, or since.
        """
        return self._held.get(key, self._server.outages) != self._server.outages and not self._server.is_down

    def release(self, keys: Iterable[bytes]) -> None:
        """Release keys, claimed or not; another thread informs the server soon."""
        some = list(keys)
        held = self._held.keys() & some
        for key in held:
            del self._held[key]
        if held and len(self._unreleased) < _MOST_UNRELEASED:
            self._unreleased.update(dict.fromkeys(held, self._clock() + self._life))
            self._wake.set()
        self._local.release(some)

    def close(self) -> None:
        """Release all."""
        self.release(list(self._held))
        self._ended.set()
        self._wake.set()
        if self._keeper is not None:
            self._keeper.join()
        self._local.close()

    def renew(self) -> None:
        """Renew the claims of this process for their full life."""
        untaken = [key for key in list(self._unreleased) if key in self._untaken]
        for group in _groups([*self._held, *untaken]):
            self._run(_RENEW, group, [self._holder, self._milliseconds])

    def _keep_until_closed(self) -> None:
        """Renew what is held and tell of what is not: in one thread, or a claim might be renewed after its end."""
        renewed = self._clock()
        while not self._ended.is_set():
            self._wake.wait(self._life / 3)
            self._ended.wait(_LINGER)
            self._wake.clear()
            was_away = self._away
            self._release_on_server()
            now = self._clock()
            if now - renewed >= self._life / 3 or self._lost:
                renewed, self._lost = now, False
                self.renew()
            if self._away != was_away:
                self._ended.wait(self._life / 30)
                self._wake.set()
        self._release_on_server()

    @property
    def _holder(self) -> str:
        return f"{self._local.place or ''}/{self._token}"

    @property
    def _milliseconds(self) -> int:
        return int(self._life * 1000)

    def _keep_again(self, keys: Sequence[bytes]) -> None:
        """See that none of these keys is let go of because it was before."""
        if any(key in self._unreleased for key in keys):
            with self._lock:  # what is being let go of now is gone then
                for key in keys:
                    self._unreleased.pop(key, None)

    def _release_on_server(self) -> None:
        """Release what this process has let go of; where the server is away, once it is back."""
        if self._server.is_down:
            return
        with self._lock:
            for group in _groups([key for key in list(self._unreleased) if key not in self._untaken]):
                if self._run(_RELEASE, group, [self._holder]) is None:
                    break
                for key in group:
                    del self._unreleased[key]
            now = self._clock()
            for key in list(self._unreleased):  # a copy: more may come meanwhile
                if self._unreleased[key] <= now and key not in self._untaken:
                    del self._unreleased[key]

    def _left_alone(self, keys: Sequence[bytes]) -> set[bytes]:
        """Return which keys others had lately, where the server was away since, and may have forgotten it."""
        since = self._clock() - self._life / 2  # longer than a server that was slow once is left alone
        if self._away <= since:
            return set()
        return {key for key in keys if self._elsewhere.get(key, since) > since}

    def _claim_on_server(self, keys: Sequence[bytes]) -> tuple[set[bytes], set[bytes]]:
        """Return which keys others have, and which the server has not heard of: it is away.

        One that refuses to take note of a key has nothing to tell of it later either.
        """
        taken: set[bytes] = set()
        unheard: set[bytes] = set()
        ours = f"{self._local.place}/" if self._local.place else ""
        for group in _groups(keys):
            places = self._run(_CLAIM, group, [self._holder, ours, self._milliseconds])
            if places is None:
                unheard.update(group if self._server.is_down else ())
            else:
                for key in group:
                    self._elsewhere.pop(key, None)
                taken.update(group[place] for place in places)
        self._elsewhere.update(dict.fromkeys(taken, self._clock()))
        return taken, unheard

    def _run(self, script: Script, keys: Sequence[bytes], values: Sequence[str | int]) -> Sequence[int] | None:
        """Run a script on the server and return what it brings; None if the server is away or refuses."""
        names = [PREFIX + key for key in keys]
        try:
            return [int(each) for each in self._server.ask(lambda client: script.run(client, names, values))]
        except ServerDownError:  # reported by the server's own object
            self._away, self._lost = self._clock(), True
            self._wake.set()
        except ServerRefusedError:  # as above
            pass
        return None


def _groups(keys: Collection[bytes]) -> Iterable[list[bytes]]:
    left = iter(keys)
    while group := list(islice(left, _GROUP)):
        yield group
