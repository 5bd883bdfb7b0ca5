-- Puts a dead letter back at the end of its lane, with no attempts counted.
-- KEYS: 1 shard prefix. ARGV: 1 wake channel, 2 key. Returns 1, or 0 if there
-- is no such dead letter.
local key = ARGV[2]
local letter = call('HGET', K .. 'dead', key)
if not letter then return 0 end
local ns, ni, rest = string.match(letter, '^%d+ %d+ (%d+) (%d+) (.*)$')
local sched = string.sub(rest, 1, tonumber(ns))
local item = string.sub(rest, tonumber(ns) + 1, tonumber(ns) + tonumber(ni))
local dest = string.match(key, '^([^|]*)|')
call('HDEL', K .. 'dead', key)
call('ZREM', K .. 'dead:at', key)
call('RPUSH', K .. 'l:' .. dest .. '|' .. sched, retimed(item, 0))
add_lane(dest, sched)
settle(dest, clock())
call('PUBLISH', ARGV[1], 'revive')
return 1
