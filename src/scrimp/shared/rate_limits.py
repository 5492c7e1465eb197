"""What all processes with one key may send to a provider: a token bucket of requests and one of tokens, on a server.

A process takes some at once, as many as it will send in a moment, and both kinds or neither. The server's own clock
fills the buckets, so that clocks which differ change nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.shared.script import Script

if TYPE_CHECKING:
    from scrimp.shared.connection import SharedServer

# Seconds after which a process that took nothing is not counted among those that share.
ACTIVE_SECONDS = 10
# A bucket that was not asked for so long is full, or will be when it is.
_KEPT_SECONDS = 300

# KEYS: the buckets, the processes. ARGV: process, then for requests and for tokens: the rate a second (0: no limit),
# the capacity, what is needed at least, what is wanted, what the provider said is left (-1: nothing), and what was sent
# while the server did not answer; at last whether the process took something lately: where the server knows nothing of
# that, it has lost it, and what was taken of full buckets then would be taken twice.
# It returns what is granted of both, the seconds until asking again makes sense, and how many processes share.
TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local state = redis.call('HMGET', KEYS[1], 'requests', 'requests_at', 'tokens', 'tokens_at')
local function bucket(first, level, at)
  local rate, most = tonumber(ARGV[first]), tonumber(ARGV[first + 1])
  local own = {rate = rate, need = tonumber(ARGV[first + 2]), want = tonumber(ARGV[first + 3]), wait = 0, level = most}
  if ARGV[14] == '1' and not state[1] and not state[3] then
    own.level = 0
  end
  local left = tonumber(ARGV[first + 4])
  if level and at then
    own.level = math.min(most, tonumber(level) + rate * math.max(0, now - tonumber(at))) - tonumber(ARGV[first + 5])
  end
  if left >= 0 then
    own.level = math.min(own.level, left)
  end
  -- No debt takes longer than ten minutes: a larger one is what another program has written, and all would wait for it.
  own.level = math.max(own.level, -10 * math.max(most, 60 * rate))
  if rate > 0 then
    -- One above the capacity takes a full bucket; less than a thousandth is an error of rounding.
    local missing = math.min(own.need, most) - own.level
    own.wait = missing > 1e-3 and missing / rate or 0
  end
  return own
end
local requests, tokens = bucket(2, state[1], state[2]), bucket(8, state[3], state[4])
local wait = math.max(requests.wait, tokens.wait)
local function granted(own)
  if wait > 0 then return 0 end
  if own.rate == 0 then return own.want end
  local amount = math.max(own.need, math.min(own.want, math.floor(own.level)))
  own.level = own.level - amount
  return amount
end
local reply = {granted(requests), granted(tokens)}
for name, own in pairs({requests = requests, tokens = tokens}) do
  if own.rate > 0 then -- another process may have a limit where this one has none
    redis.call('HSET', KEYS[1], name, string.format('%.6f', own.level), name .. '_at', string.format('%.6f', now))
  end
end
redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ACTIVE)
redis.call('EXPIRE', KEYS[1], KEPT)
redis.call('EXPIRE', KEYS[2], KEPT)
return {reply[1], reply[2], string.format('%.6f', wait), redis.call('ZCARD', KEYS[2])}
""".replace("ACTIVE", str(ACTIVE_SECONDS)).replace("KEPT", str(_KEPT_SECONDS))

_TAKE = Script(TAKE)


class Wanted(Struct, frozen=True, kw_only=True):
    """What a process would take from a bucket."""

    rate: float  # refill per second; 0: no limit
    most: float  # capacity of the bucket
    need: int  # without which nothing is taken
    want: int
    left: int | None = None  # what the provider reported as left
    sent: int = 0  # without the server, which did not answer


class Granted(Struct, frozen=True, kw_only=True):
    """What a process may send, or how long to wait before it asks again."""

    requests: int
    tokens: int
    wait: float  # seconds
    sharing: int  # processes that took something lately, this one among them


class RateServer:
    """The buckets of one key; asking raises what the server raises where it does not answer."""

    def __init__(
        self, server: SharedServer, name: str, process: str, clock: Callable[[], float] = time.monotonic
    ) -> None:  # fmt: skip
        self._server, self._process, self._clock = server, process, clock
        self._took = float("-inf")
        self._keys = (f"scrimp:rate:{{{name}}}", f"scrimp:rate:{{{name}}}:processes")

    def take(self, requests: Wanted, tokens: Wanted) -> Granted:
        """Take the wanted amount from both buckets, or as much as there is, or nothing if that is not enough."""
        now = self._clock()
        args = (self._process, *_args(requests), *_args(tokens), int(now - self._took < _KEPT_SECONDS / 2))
        granted = self._server.ask(lambda client: _TAKE.run(client, self._keys, args))
        self._took = now
        return Granted(
            requests=int(granted[0]), tokens=int(granted[1]), wait=float(granted[2]), sharing=int(granted[3])
        )  # fmt: skip


def _args(wanted: Wanted) -> tuple[str | int, ...]:
    left = -1 if wanted.left is None else wanted.left
    return (repr(wanted.rate), repr(wanted.most), wanted.need, wanted.want, left, wanted.sent)
