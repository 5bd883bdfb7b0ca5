-- Carries out a verdict on items of a claim.
-- KEYS: 1 shard prefix. ARGV: 1 wake channel, 2 verb (sending, done, drop,
-- fail, aside, retry, defer, gather), 3 destination, 4 schedule, 5 token, 6 ms:
-- of done the time before which the destination wants nothing, of aside, retry,
-- defer and gather the delay, 7 reason or receipt, 8 the receipt's name, of
-- sending "p" for a part of a digest, then the RESTs.
-- Returns 1, or -1 with nothing changed if the token is stale. RESTs that the
-- claim does not cover (any more) are passed over. The RESTs of sending are one
-- message.
local verb, dest, sched = ARGV[2], ARGV[3], ARGV[4]
local ms, text = tonumber(ARGV[6]), ARGV[7]
local d, lane = K .. 'd:' .. dest, dest .. '|' .. sched
local now = clock()
local lease = call('HMGET', d, 'token', 'lane', 'held', 'until')
if lease[1] ~= ARGV[5] or lease[2] ~= sched then return -1 end
if verb == 'sending' and tonumber(lease[4]) <= now then return -1 end
local held = tonumber(lease[3])

local covered = {}
if held > 0 then
  for _, item in ipairs(call('LRANGE', K .. 'l:' .. lane, 0, held - 1)) do
    local _, _, rest = split(item)
    covered[rest] = item
  end
end

local function bury(item, rest)
  local tries = call('HGET', d, 'a:' .. rest) or '0'
  local key = dest .. '|' .. rest
  call('HSET', K .. 'dead', key, table.concat({int(now), tries, int(#sched), int(#item), sched .. item .. text}, ' '))
  call('ZADD', K .. 'dead:at', int(now), key)
end

-- count counts an instant message in the hour that begins with the first.
local function count()
  if tonumber(call('ZSCORE', K .. 'hours', dest) or 0) > now then
    return call('HINCRBY', K .. 'sent', dest, 1)
  end
  call('ZADD', K .. 'hours', int(now + 3600000), dest)
  call('HSET', K .. 'sent', dest, 1)
  for _, old in ipairs(call('ZRANGEBYSCORE', K .. 'hours', '-inf', int(now), 'LIMIT', 0, 20)) do
    call('ZREM', K .. 'hours', old)
    call('HDEL', K .. 'sent', old)
  end
end

for i = 9, #ARGV do
  local rest = ARGV[i]
  local item = covered[rest]
  if item then
    if verb == 'sending' then
      call('HSET', d, 's:' .. rest, int(now))
      call('HSETNX', d, 'p:' .. rest, int(now) .. ARGV[8] .. ' ' .. ARGV[9])
    elseif verb == 'defer' or verb == 'gather' then
      call('HDEL', d, 's:' .. rest)
      if call('HEXISTS', d, 'a:' .. rest) == 0 then call('HDEL', d, 'p:' .. rest) end
    elseif verb == 'retry' then
      call('HDEL', d, 's:' .. rest)
      call('HINCRBY', d, 'a:' .. rest, 1)
      call('HSET', d, 'e:' .. rest, text)
    else
      call('LREM', K .. 'l:' .. lane, 1, item)
      held = held - 1
      if verb == 'aside' then
        call('HDEL', d, 's:' .. rest)
        call('HINCRBY', d, 'a:' .. rest, 1)
        call('HSET', d, 'e:' .. rest, text)
        call('ZADD', K .. 'x:' .. lane, int(now + ms), retimed(item, 0))
      else
        if verb == 'fail' then bury(item, rest) end
        call('HDEL', d, 'a:' .. rest, 's:' .. rest, 'e:' .. rest, 'p:' .. rest)
      end
    end
  end
end

if verb == 'sending' then return 1 end
if verb == 'done' then
  local bucket = 'rcpt:' .. int(math.floor(now / 86400000))
  call('HSET', K .. bucket, ARGV[8], text)
  for i = 9, #ARGV do -- each article of a digest leads to its message
    local key = dest .. '|' .. ARGV[i]
    if covered[ARGV[i]] and key ~= ARGV[8] then call('HSET', K .. bucket, key, text) end
  end
  call('ZADD', K .. 'days', int(now), bucket)
  if sched == 'instant' then count() end
  if ms > now and ms > tonumber(call('ZSCORE', K .. 'pace', dest) or 0) then
    call('ZADD', K .. 'pace', int(ms), dest)
  end
end
if verb == 'retry' or verb == 'defer' or verb == 'gather' then
  call('HSET', d, 'h:' .. sched, int(now + ms))
  if verb == 'gather' and sched == 'instant' then gather(dest, text) end
  held = 0
elseif held == 0 and sched == 'instant' then
  gathered(dest)
end
if held > 0 then
  call('HSET', d, 'held', int(held))
elseif release(dest, now) > 0 then
  call('PUBLISH', ARGV[1], verb)
end
return 1
