"""What a server does with a budget that many runs share: scripts in Lua, each of which is one step for all others."""

from __future__ import annotations

from scrimp.shared.script import Script

# Others can write to the server: what is not as these scripts write it, digits below 10^18, is not counted with. A
# negative sum would let runs spend more than the cap, and one that is not a number says nothing about what is left.
_AMOUNTS = """
local foreign = redis.error_reply('it has no amounts of this budget, but what another program has written')
local function is_amount(text)
  return text and #text <= 18 and string.find(text, '^%d+$') and true or false
end
"""
# Of each run: its allowance (a), what it has spent (s), and the number of its last request (q). `committed` is the sum
# of all allowances and `spent` that of what was spent; both count runs that have ended, whose own fields are gone.
EXCHANGE = Script(
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

SETTLE = Script(
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

CLEAR = Script("""
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

LOOK = Script(
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
