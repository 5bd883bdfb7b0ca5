-- Ends a turn. KEYS: 1 prefix. ARGV: 1 source, 2 holder, 3 status, 4 ms until the
-- source is due again. Returns 1, or 0 with nothing changed if another has had
-- the turn since.
local K = KEYS[1]
local call = redis.call
local t = call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local holder = string.match(call('HGET', K .. 'turns', ARGV[1]) or '', '^%d+ %d+ (.*)$')
if holder ~= ARGV[2] then return 0 end
call('HSET', K .. 'turns', ARGV[1], string.format('%.0f 0 -', now + tonumber(ARGV[4])))
call('HSET', K .. 'sources', ARGV[1], ARGV[3])
return 1
