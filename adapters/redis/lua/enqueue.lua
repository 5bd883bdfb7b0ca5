-- Puts pendings in their lanes unless their keys were seen.
-- KEYS: 1 shard prefix. ARGV: 1 wake channel, 2 ms that buckets are kept, then
-- seven for each pending: destination, schedule, REST, day of the article,
-- not-before in ms, "LENGTH SUBS", "1" if it may wait behind others. Returns how many were put in.
local now = clock()
local today = int(math.floor(now / 86400000))
if call('GET', K .. 'swept') ~= today then
  call('SET', K .. 'swept', today)
  local limit = int(now - tonumber(ARGV[2]))
  for _, bucket in ipairs(call('ZRANGEBYSCORE', K .. 'days', '-inf', limit)) do
    call('UNLINK', K .. bucket)
    call('ZREM', K .. 'days', bucket)
  end
  for _, key in ipairs(call('ZRANGEBYSCORE', K .. 'dead:at', '-inf', limit, 'LIMIT', 0, 10000)) do
    call('HDEL', K .. 'dead', key)
    call('ZREM', K .. 'dead:at', key)
  end
end

-- Behind so many lanes that are due, what is not for many goes first.
local CROWD = 16
local crowded = call('ZCOUNT', K .. 'ready', '-inf', int(now)) > CROWD

local added, days = 0, {}
for i = 3, #ARGV, 7 do
  local dest, sched, rest = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local bucket = 'seen:' .. ARGV[i + 3]
  if not days[bucket] then
    days[bucket] = true
    call('ZADD', K .. 'days', int(now), bucket)
  end
  if call('SADD', K .. bucket, dest .. '|' .. rest) == 1 then
    added = added + 1
    local lane = dest .. '|' .. sched
    local item = ARGV[i + 4] .. ' ' .. int(now) .. ' ' .. ARGV[i + 5] .. ' ' .. rest
    if call('RPUSH', K .. 'l:' .. lane, item) == 1 then
      add_lane(dest, sched)
      place(lane, int(math.max(due(dest, sched), now)))
    end
    if crowded and sched == 'instant' and ARGV[i + 6] ~= '1' then
      call('ZADD', K .. 'soon', call('ZSCORE', K .. 'ready', lane), lane)
    end
  end
end
if added > 0 then call('PUBLISH', ARGV[1], 'enqueue') end
return added
