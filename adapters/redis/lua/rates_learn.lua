-- Notes what a platform said of a bucket, or that nothing is to be sent.
-- KEYS: 1 prefix. ARGV: 1 "bucket" or "stop", 2 name, 3 microseconds from now,
-- 4 calls left until then. See rates_take.lua.
local K = KEYS[1]
local call = redis.call
local name = ARGV[2]
local t = call('TIME')
local at = tonumber(t[1]) * 1000000 + tonumber(t[2]) + tonumber(ARGV[3])

local function int(n) return string.format('%.0f', n) end

if ARGV[1] == 'stop' then
  local old = tonumber(call('HGET', K .. 'rate:' .. name, 'stop') or 0)
  if at > old then
    call('HSET', K .. 'rate:' .. name, 'stop', int(at))
    call('PERSIST', K .. 'rate:' .. name) -- until the next that asks
  end
  return 0
end

local left = tonumber(ARGV[4])
local same = 250000 -- answers about one span of time differ by what they took to come
local reset = tonumber(call('ZSCORE', K .. 'resets', name) or 0)
local known = tonumber(call('HGET', K .. 'left', name) or -1)
if known >= 0 then
  if tonumber(ARGV[3]) <= 0 then return 0 end -- an answer that was lost says nothing new
  if at < reset - same then return 0 end -- of the span before
  if at < reset + same then -- a bucket that is free too early costs a 429
    left, at = math.min(left, known), math.max(at, reset)
  end
end
call('ZADD', K .. 'resets', int(at), name)
call('HSET', K .. 'left', name, left)
return 0
