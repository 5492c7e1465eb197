"""Which models fail, shared by processes with the same key: one reports it, so others need not find it themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from scrimp.enums import FailureKind
from scrimp.shared.script import Script

if TYPE_CHECKING:
    from scrimp.shared.connection import SharedServer

_PREFIX = "scrimp:breaker:"
# Seconds: how long after its time is over a model is left to the run that found it failing, which probes it; how long
# then to the one that probes it instead; and how long after all that the server knows of it: none may be left to probe.
AFTER_THE_PROBE, _TURN, _KEPT = 1.5, 3.0, 30.0
_LONGEST = 7 * 86_400.0  # seconds; no provider asks to be left alone for longer
# ARGV: the run, then for each key what is told of it: "" for nothing, "closed", "probing", or milliseconds, a space and
# what to keep so long. What is kept for longer stays. Where the time of one is long over, it is this run's turn. It
# returns of each key whose it is, for how many milliseconds, and what is kept.
EXCHANGE = (
    f"local AFTER, TURN, KEPT = {AFTER_THE_PROBE * 1000:.0f}, {_TURN * 1000:.0f}, {_KEPT * 1000:.0f}"
    """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function keep(key, milliseconds, ...)
  redis.call('HSET', key, 'run', ARGV[1], 'at', string.format('%.0f', now + milliseconds), ...)
  redis.call('PEXPIRE', key, milliseconds + KEPT)
end
local reply = {}
for place, key in ipairs(KEYS) do
  local told = ARGV[place + 1]
  local known = redis.call('HMGET', key, 'run', 'at')
  local left = known[2] and tonumber(known[2]) - now
  if told == 'closed' then
    redis.call('DEL', key)
  elseif told == 'probing' then
    if left and left < TURN and known[1] == ARGV[1] then
      keep(key, TURN)
    end
  elseif told ~= '' then
    local space = string.find(told, ' ', 1, true)
    local milliseconds = tonumber(string.sub(told, 1, space - 1))
    if not left or left < milliseconds then
      keep(key, milliseconds, 'kept', string.sub(told, space + 1))
    end
  elseif left and left < -AFTER and known[1] ~= ARGV[1] then
    keep(key, TURN)
  end
  local now_known = redis.call('HMGET', key, 'run', 'at', 'kept')
  reply[#reply + 1] = now_known[1] or ''
  reply[#reply + 1] = now_known[2] and string.format('%.0f', tonumber(now_known[2]) - now) or '0'
  reply[#reply + 1] = now_known[3] or ''
end
return reply
"""
)
_SCRIPT = Script(EXCHANGE)


class OpenBreaker(Struct, frozen=True, kw_only=True):
    """A failing model: the run that found it, the kind of failure, the status, and how long to leave it alone."""

    run: str
    kind: FailureKind
    http: int | None
    given_up: bool
    seconds: float = 0.0


class BreakerServer:
    """The states of models, each named by its model and key."""

    def __init__(self, server: SharedServer, run: str, script: Script = _SCRIPT) -> None:
        self._server, self._run, self._script = server, run, script

    def exchange(
        self, names: Sequence[str], news: Mapping[str, OpenBreaker | None], probing: Collection[str] = ()
    ) -> dict[str, OpenBreaker]:
        """Report changes, None for a model that answers again; return those of these models that fail.

        One that names this run is its own to probe: it has found it failing, or the run that did does not probe it.
        While it is `probing` one, that stays so.
        """
        told = [_told(news[name]) if name in news else "probing" if name in probing else "" for name in names]
        keys = [_PREFIX + name for name in names]
        reply = self._server.ask(lambda client: self._script.run(client, keys, (self._run, *told)))
        found = zip(names, reply[::3], reply[1::3], reply[2::3], strict=True)
        states = ((name, _read(text, run, left)) for name, run, left, text in found if text)
        return {name: state for name, state in states if state is not None}


def _told(state: OpenBreaker | None) -> str:
    if state is None:
        return "closed"
    kept = msgspec.json.encode(msgspec.structs.replace(state, seconds=0.0)).decode()
    return f"{max(1, int(state.seconds * 1000))} {kept}"


def _read(text: str, run: str, milliseconds: str) -> OpenBreaker | None:
    """Return a run's report; None if it is from a version with other words, or invalid."""
    try:
        state, seconds = msgspec.json.decode(text, type=OpenBreaker), max(0, int(milliseconds)) / 1000
    except (msgspec.MsgspecError, ValueError):
        return None
    return msgspec.structs.replace(state, run=run, seconds=seconds) if seconds <= _LONGEST else None
