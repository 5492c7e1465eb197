"""A budget that many runs share, kept by a server: what each may spend, and what it has spent.

Each run has an allowance: the most it may ever spend under the budget. The sum of all allowances never passes the cap
when one is raised, and no run spends, or reserves for calls in flight, more than its own: so the sum of what all
spend does not pass the cap either. A run raises its allowance in chunks, lowers it to what it spent when it ends, and
says all of it in absolute numbers, so that a request whose reply was lost is simply made again.

A job of batches has an allowance that outlives its commands: what its calls can cost, and then what they have cost.

A run that dies leaves its allowance as it was: whatever it may have spent stays counted, however long that takes. It
shrinks only to what is proved (`settle`), which takes the ledger of that run.

Dollars are whole nanodollars here, rounded up, since Lua counts exactly only up to 2^53.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.shared.script import Script
from scrimp.store.files.known_budgets import KnownBudget

if TYPE_CHECKING:
    from scrimp.shared.connection import SharedServer

NANODOLLAR = Decimal("0.000000001")
# Without news of a run for so long others take it for dead, and wait no longer for what it may give back.
SILENT_SECONDS = 15.0

# Others can write to the server: what is not as these scripts write it, digits below 10^18, is not counted with. A
# negative sum would let runs spend more than the cap, and one that is not a number tells nothing of what is left.
_AMOUNTS = """
local foreign = redis.error_reply('it has no amounts of this budget, but what another program has written')
local function is_amount(text)
  return text and #text <= 18 and string.find(text, '^%d+$') and true or false
end
"""
# Of each run: its allowance (a), what it has spent (s), and the number of its last request (q). `committed` is the sum
# of all allowances and `spent` that of what was spent; both count runs that have ended, whose own fields are gone.
_EXCHANGE = Script(
    _AMOUNTS
    + """
local run, epoch, acked, number = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local spent, least, need, want = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local cap, silent, ends, new_epoch = tonumber(ARGV[9]), tonumber(ARGV[10]), ARGV[11], ARGV[12]
local known_epoch, known_spent, known_committed = ARGV[13], tonumber(ARGV[14]), tonumber(ARGV[15])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local own = redis.call('HMGET', KEYS[1], 'epoch', 'a:' .. run, 's:' .. run, 'q:' .. run)
if epoch ~= '' and (own[1] ~= epoch or not own[4] or tonumber(own[4]) < acked) then
  return {'lost'}
end
if ends == 'stays' and not own[2] and want <= spent then
  return {}
end
if not own[1] then
  own[1] = new_epoch
  redis.call('HSET', KEYS[1], 'epoch', new_epoch, 'committed', '0', 'spent', '0')
end
local sums = redis.call('HMGET', KEYS[1], 'committed', 'spent')
if not (is_amount(sums[1]) and is_amount(sums[2]) and is_amount(own[2] or '0') and is_amount(own[3] or '0')) then
  return foreign
end
local committed, all_spent = tonumber(sums[1]), tonumber(sums[2])
local function cleared(name)
  return string.find(redis.call('HGET', KEYS[1], 'cleared') or '', name, 1, true)
end
if epoch == '' and known_epoch ~= '' and not cleared(known_epoch) then
  local missing = known_spent - all_spent
  if known_epoch ~= own[1] then
    -- Of a budget that had this name before, all that might be spent may have been. Homes tell of it one by one, and
    -- each what it knows of it in all; what was spent since comes on top.
    local carried = redis.call('HGET', KEYS[1], 'carried') or '0'
    if not is_amount(carried) then return foreign end
    missing = known_committed - tonumber(carried)
    if missing > 0 then
      redis.call('HSET', KEYS[1], 'carried', ARGV[15])
    end
  end
  committed = committed + math.max(0, missing)
  all_spent = all_spent + math.max(0, missing)
end
local others = committed - (tonumber(own[2]) or 0)
local allowance = least
if others + want <= cap then
  allowance = want
elseif others + need <= cap then
  allowance = need
end
committed = others + allowance
all_spent = all_spent - (tonumber(own[3]) or 0) + spent
local text = function(amount) return string.format('%.0f', amount) end
redis.call('HSET', KEYS[1], 'committed', text(committed), 'spent', text(all_spent))
if ends == 'gone' then
  redis.call('HDEL', KEYS[1], 'a:' .. run, 's:' .. run, 'q:' .. run)
else
  redis.call('HSET', KEYS[1], 'a:' .. run, text(allowance), 's:' .. run, text(spent), 'q:' .. run, number)
end
if ends == 'gone' or (ends == 'stays' and allowance <= spent) then
  redis.call('ZREM', KEYS[2], run)
else
  redis.call('ZADD', KEYS[2], ends == 'stays' and now - silent or now, run)
end
local function part(other)
  local amounts = redis.call('HMGET', KEYS[1], 'a:' .. other, 's:' .. other)
  return is_amount(amounts[1]) and is_amount(amounts[2]) and amounts[1] - amounts[2] or 0
end
local held = 0
if redis.call('ZCARD', KEYS[2]) < math.floor((redis.call('HLEN', KEYS[1]) - 3) / 3) then
  -- Not all are listed that have a part: a job that holds nothing, or ones that the server has dropped from the list.
  held = committed - all_spent
  for _, living in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. (now - silent), '+inf')) do
    held = held - part(living)
  end
else
  for _, dead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - silent)) do
    held = held + part(dead)
  end
end
return {own[1], text(allowance), text(committed), text(all_spent), text(held)}
"""
)

_SETTLE = Script(
    _AMOUNTS
    + """
local run, spent = ARGV[1], tonumber(ARGV[2])
local own = redis.call('HMGET', KEYS[1], 'a:' .. run, 's:' .. run, 'committed', 'spent')
if not own[1] then return {0} end
for place = 1, 4 do
  if not is_amount(own[place]) then return foreign end
end
local allowance, reported = tonumber(own[1]), tonumber(own[2])
if ARGV[3] == '1' then
  spent = math.min(spent, allowance)
end
spent = math.max(spent, reported)
redis.call('HSET', KEYS[1], 'committed', string.format('%.0f', tonumber(own[3]) - allowance + spent),
  'spent', string.format('%.0f', tonumber(own[4]) - reported + spent))
redis.call('HDEL', KEYS[1], 'a:' .. run, 's:' .. run, 'q:' .. run)
redis.call('ZREM', KEYS[2], run)
return {1}
"""
)

_CLEAR = Script("""
local own = redis.pcall('HMGET', KEYS[1], 'epoch', 'cleared')
if own.err then own = {'?'} end -- another program has put something else there
local names = {}
for _, name in ipairs({own[1] or '', ARGV[2], own[2] or ''}) do
  if name ~= '' then names[#names + 1] = name end
end
if #names == 0 then return {0} end
redis.call('DEL', KEYS[1], KEYS[2])
-- All that were cleared, the last first: a home may know of none that came after. Some thousand, with their names.
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'committed', '0', 'spent', '0',
  'cleared', string.sub(table.concat(names, ' '), 1, 13000))
return {1}
""")

_LOOK = Script(
    _AMOUNTS
    + """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local sums = redis.call('HMGET', KEYS[1], 'epoch', 'committed', 'spent')
if not sums[1] then return {} end
if not (is_amount(sums[2]) and is_amount(sums[3])) then return foreign end
local reply = {sums[2], sums[3]}
for _, run in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local own = redis.call('HMGET', KEYS[1], 'a:' .. run, 's:' .. run)
  if is_amount(own[1]) and is_amount(own[2]) then -- else the server has dropped one key of the two
    reply[#reply + 1] = run
    reply[#reply + 1] = own[1]
    reply[#reply + 1] = own[2]
    reply[#reply + 1] = string.format('%.0f', now - tonumber(redis.call('ZSCORE', KEYS[2], run)))
  end
end
return reply
"""
)


class Demand(Struct, frozen=True, kw_only=True):
    """What a run has spent, and the allowances it could do with, in dollars since its start."""

    spent: Decimal
    least: Decimal  # what it has spent and reserved: it cannot do with less
    need: Decimal  # with which it can make its next call
    want: Decimal  # with which it need not ask again soon


class BudgetState(Struct, frozen=True, kw_only=True):
    """A budget as the server told it, in dollars."""

    epoch: str
    allowance: Decimal
    committed: Decimal  # of all runs: what may be spent in all
    spent: Decimal  # of all runs: what was spent, as far as they have told
    held: Decimal  # of runs that are silent, and may have spent it


class RunShare(Struct, frozen=True, kw_only=True):
    """One run's part of a budget."""

    run: str
    allowance: Decimal
    spent: Decimal
    silent: float  # seconds since it was last heard of


class BudgetOverview(Struct, frozen=True, kw_only=True):
    """A budget and the runs that have a part of it now."""

    committed: Decimal
    spent: Decimal
    runs: tuple[RunShare, ...]


class BudgetForgottenError(Exception):
    """The server no longer knows what this run told it: it lost its data, or the budget was cleared."""


class BudgetServer:
    """One budget at a server; its methods raise what the server raises where it does not answer."""

    def __init__(self, server: SharedServer, name: str) -> None:
        self._server = server
        # Braces keep both keys on one node of a cluster.
        self._keys = (f"scrimp:budget:{{{name}}}", f"scrimp:budget:{{{name}}}:seen")

    def run(
        self,
        run: str,
        cap: Decimal,
        new_epoch: str,
        known: KnownBudget | None = None,
        *,
        silent: float = SILENT_SECONDS,
    ) -> BudgetRun:
        """Return the part of a run that may spend until all have spent `cap`; `new_epoch` is a name no budget had."""
        return BudgetRun(partial(self._ask, _EXCHANGE), run, cap, new_epoch, known, silent)

    def settle(self, run: str, spent: Decimal, *, of_others_too: bool = False) -> bool:
        """Shrink the allowance of a run that is dead to the most it spent; return whether it had one.

        Of what others have spent, too, only what its allowance has room for may be its own.
        """
        return self._ask(_SETTLE, (run, nanodollars(spent), int(of_others_too))) == ["1"]

    def clear(self, new_epoch: str, known: KnownBudget | None = None) -> bool:
        """Begin anew at nothing spent; runs that are using the budget stop. Return whether there was one.

        One that the server has forgotten does not come back either where a home still knows it.
        """
        return self._ask(_CLEAR, (new_epoch, known.epoch if known is not None else "")) == ["1"]

    def look(self) -> BudgetOverview | None:
        """Return the budget as it stands; None where there is none."""
        reply = self._ask(_LOOK, ())
        if not reply:
            return None
        committed, spent, *shares = reply
        runs = tuple(
            RunShare(run=run, allowance=_dollars(allowance), spent=_dollars(told), silent=int(silent) / 1000)
            for run, allowance, told, silent in zip(*(shares[place::4] for place in range(4)), strict=True)
        )
        return BudgetOverview(committed=_dollars(committed), spent=_dollars(spent), runs=runs)

    def _ask(self, script: Script, args: Sequence[str | int]) -> list[str]:
        return self._server.ask(lambda client: script.run(client, self._keys, args))


class BudgetRun:
    """The part of one run in a budget; used by one thread at a time."""

    def __init__(
        self, ask: Callable[[Sequence[str | int]], list[str]], run: str, cap: Decimal, new_epoch: str,
        known: KnownBudget | None, silent: float,
    ) -> None:  # fmt: skip
        self._ask, self._run, self._new_epoch = ask, run, new_epoch
        self._cap = int((cap / NANODOLLAR).to_integral_value(ROUND_FLOOR))
        self._known, self._silent = known or KnownBudget("", Decimal(0), Decimal(0)), silent
        self._epoch = ""
        self._sent = self._acknowledged = 0

    def exchange(self, demand: Demand, *, ends: bool = False) -> BudgetState:
        """Tell the server what was spent; return the allowance it grants: `want`, or `need`, or else `least`.

        The same may be told again where no reply came. `ends` gives the rest back and takes leave.
        """
        state = self._tell(demand, "gone" if ends else "")
        if state is None:
            raise BudgetForgottenError
        return state

    def stay(self, demand: Demand) -> BudgetState | None:
        """Tell the same for the last time for now: the allowance stays, and no run waits for what it may give back.

        Of a part that the server does not know, and that holds nothing, it is not told: the budget was begun anew.
        """
        return self._tell(demand, "stays")

    def _tell(self, demand: Demand, ends: str) -> BudgetState | None:
        self._sent += 1
        amounts = (demand.spent, demand.least, demand.need, demand.want)
        reply = self._ask(
            (
                self._run, self._epoch, self._acknowledged, self._sent, *map(nanodollars, amounts), self._cap,
                int(self._silent * 1000), ends, self._new_epoch, self._known.epoch,
                nanodollars(self._known.spent), nanodollars(self._known.committed),
            )
        )  # fmt: skip
        if reply == ["lost"]:
            raise BudgetForgottenError
        if not reply:
            return None
        epoch, allowance, committed, spent, held = reply
        self._epoch, self._acknowledged = epoch, self._sent
        return BudgetState(
            epoch=epoch, allowance=_dollars(allowance), committed=_dollars(committed), spent=_dollars(spent),
            held=_dollars(held),
        )  # fmt: skip


def nanodollars(dollars: Decimal) -> int:
    """Return dollars as whole nanodollars, rounded up: a cap is kept however often that is done."""
    return int((dollars / NANODOLLAR).to_integral_value(ROUND_CEILING))


def _dollars(told: str) -> Decimal:
    return int(told) * NANODOLLAR
