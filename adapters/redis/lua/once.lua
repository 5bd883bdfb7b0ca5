-- Tells what is given for the first time.
-- KEYS: 1 prefix. ARGV: 1 name, 2 ms for which it is known after, 3 a word of
-- the call: the same call again, whose answer got lost, has the same answer.
-- Returns 1 the first time, else 0. The hashes "once:HOUR" hold the names of an
-- hour with their words, "hours" which of them there are; those of more than a
-- day ago are deleted here.
local K = KEYS[1]
local call = redis.call
local hour = 3600000
local t = call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local this = math.floor(now / hour)
for h = math.floor((now - tonumber(ARGV[2])) / hour), this do
  local had = call('HGET', K .. 'once:' .. string.format('%.0f', h), ARGV[1])
  if had then return had == ARGV[3] and 1 or 0 end
end
local name = string.format('%.0f', this)
if call('HSET', K .. 'once:' .. name, ARGV[1], ARGV[3]) == 1 then call('ZADD', K .. 'hours', name, name) end
for _, old in ipairs(call('ZRANGEBYSCORE', K .. 'hours', '-inf', string.format('%.0f', this - 26))) do
  call('DEL', K .. 'once:' .. old)
  call('ZREM', K .. 'hours', old)
end
return 1
