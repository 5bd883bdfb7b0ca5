-- Gives the turn to poll a source, or tells how long to wait for it.
-- KEYS: 1 prefix. ARGV: 1 source, 2 holder, 3 ms that the turn lasts, 4 whether
-- to take it before it is due (0 or 1). Returns {1, status} or {0, ms to wait}.
-- The hash "turns" holds "DUE UNTIL HOLDER" by source, in ms of Redis; "sources"
-- the status that the last turn left.
local K = KEYS[1]
local call = redis.call
local t = call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local had = call('HGET', K .. 'turns', ARGV[1])
local due = now
if had then
  local at, till, holder = string.match(had, '^(%d+) (%d+) (.*)$')
  due = tonumber(at)
  if tonumber(till) > now and holder ~= ARGV[2] then return {0, tonumber(till) - now} end
  if due > now and ARGV[4] == '0' then return {0, due - now} end
end
call('HSET', K .. 'turns', ARGV[1],
  string.format('%.0f %.0f %s', math.min(due, now), now + tonumber(ARGV[3]), ARGV[2]))
return {1, call('HGET', K .. 'sources', ARGV[1]) or ''}
