"""Which models fail, as processes with one key have found: one tells of it, the others need not find it themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from scrimp.enums import FailureKind
from scrimp.shared.script import Script

if TYPE_CHECKING:
    from scrimp.shared.connection import SharedServer

_PREFIX = "scrimp:breaker:"
# For each key one argument: what is told of it, "" for nothing, "closed", or milliseconds, a space and what to keep so
# long. What is kept for longer stays. It returns what is kept of each key, and for how many milliseconds.
_EXCHANGE = Script("""
local reply = {}
for place, key in ipairs(KEYS) do
  local told = ARGV[place]
  if told == 'closed' then
    redis.call('DEL', key)
  elseif told ~= '' then
    local space = string.find(told, ' ', 1, true)
    local milliseconds = tonumber(string.sub(told, 1, space - 1))
    if redis.call('PTTL', key) < milliseconds then
      redis.call('SET', key, string.sub(told, space + 1), 'PX', milliseconds)
    end
  end
  reply[#reply + 1] = redis.call('GET', key) or ''
  reply[#reply + 1] = redis.call('PTTL', key)
end
return reply
""")


class OpenBreaker(Struct, frozen=True, kw_only=True):
    """That a model fails: as which run found, with which kind of failure and status, and for how long to leave it."""

    run: str
    kind: FailureKind
    http: int | None
    given_up: bool
    seconds: float = 0.0


class BreakerServer:
    """The states of models, each named by what is called and with which key."""

    def __init__(self, server: SharedServer) -> None:
        self._server = server

    def exchange(self, names: Sequence[str], news: Mapping[str, OpenBreaker | None]) -> dict[str, OpenBreaker]:
        """Tell news, None of a model that answers again; return those of these models that fail."""
        told = [_told(news[name]) if name in news else "" for name in names]
        keys = [_PREFIX + name for name in names]
        reply = self._server.ask(lambda client: _EXCHANGE.run(client, keys, told))
        found = zip(names, reply[::2], reply[1::2], strict=True)
        states = ((name, _read(text, int(left))) for name, text, left in found if text)
        return {name: state for name, state in states if state is not None}


def _told(state: OpenBreaker | None) -> str:
    if state is None:
        return "closed"
    kept = msgspec.json.encode(msgspec.structs.replace(state, seconds=0.0)).decode()
    return f"{max(1, int(state.seconds * 1000))} {kept}"


def _read(text: str, milliseconds: int) -> OpenBreaker | None:
    """Return what a run told; None where that is of a version which knows other words."""
    try:
        state = msgspec.json.decode(text, type=OpenBreaker)
    except msgspec.MsgspecError:
        return None
    return msgspec.structs.replace(state, seconds=max(0, milliseconds) / 1000)
