-- Makes a turn last longer. KEYS: 1 prefix. ARGV: 1 source, 2 holder, 3 ms from
-- now on. Returns 1, or 0 if another has had it since.
local K = KEYS[1]
local call = redis.call
local t = call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local due, holder = string.match(call('HGET', K .. 'turns', ARGV[1]) or '', '^(%d+) %d+ (.*)$')
if holder ~= ARGV[2] then return 0 end
call('HSET', K .. 'turns', ARGV[1], string.format('%s %.0f %s', due, now + tonumber(ARGV[3]), holder))
return 1
