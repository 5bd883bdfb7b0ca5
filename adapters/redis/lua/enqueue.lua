-- Puts pendings in their lanes unless their keys were seen.
-- KEYS: 1 shard prefix. ARGV: 1 wake channel, 2 ms that buckets are kept, then
-- seven for each pending: destination, schedule, REST, day of the article,
-- not-before in ms, "LENGTH SUBS", and if it may wait behind others how many ms
-- they go first (else empty). Returns how many were put in.
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

-- Behind so many lanes that are due, what is not for many goes first; also what
-- comes into a lane in which something waits, as there may be as many by then.
local CROWD = 16
local crowded = call('ZCOUNT', K .. 'ready', '-inf', int(now)) > CROWD
local paced = call('EXISTS', K .. 'pace') == 1

-- Few commands for many pendings: a burst has a hundred thousand.
local marks, fresh = {}, {}
for i = 3, #ARGV, 7 do
  local bucket = 'seen:' .. ARGV[i + 3]
  marks[bucket] = marks[bucket] or {}
  table.insert(marks[bucket], ARGV[i] .. '|' .. ARGV[i + 2])
end
for bucket, all in pairs(marks) do
  local seen, new = call('SMISMEMBER', K .. bucket, unpack(all)), {}
  fresh[bucket] = {}
  for n, member in ipairs(all) do
    if seen[n] == 0 then
      new[#new + 1] = member
      fresh[bucket][member] = true
    end
  end
  if #new > 0 then call('SADD', K .. bucket, unpack(new)) end
  call('ZADD', K .. 'days', int(now), bucket)
end

-- begin notes that a lane holds something, and gives the time at which it is due.
local function begin(dest, sched, nb)
  if call('HSETNX', K .. 'd:' .. dest, 'lanes', sched) == 0 then
    add_lane(dest, sched)
    return due(dest, sched)
  end
  local pace = paced and call('ZSCORE', K .. 'pace', dest) or 0
  return math.max(tonumber(nb), tonumber(pace))
end

local added, ready, put = 0, {}, ' ' .. int(now) .. ' '
local index = {} -- into ready, by lane

-- waits tells when a lane that held something may be claimed, and sees to it
-- that it can be then: it may be yielding to others for a wide article.
local function waits(dest, sched, lane)
  local n = index[lane]
  local score = tonumber(n and ready[n] or call('ZSCORE', K .. 'ready', lane) or now)
  if score <= now or tonumber(call('HGET', K .. 'd:' .. dest, 'until') or 0) > now then return score end
  local at = math.max(due(dest, sched), now)
  if at >= score then return score end
  if n then ready[n] = int(at) else call('ZADD', K .. 'ready', int(at), lane) end
  return at
end

for i = 3, #ARGV, 7 do
  local dest, sched, rest, nb, yield = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 4], ARGV[i + 6]
  local new, member = fresh['seen:' .. ARGV[i + 3]], dest .. '|' .. rest
  if new[member] then
    new[member] = nil
    added = added + 1
    local lane, at = dest .. '|' .. sched, nil
    if call('RPUSH', K .. 'l:' .. lane, nb .. put .. ARGV[i + 5] .. ' ' .. rest) == 1 then
      at = math.max(begin(dest, sched, nb), now + (tonumber(yield) or 0))
      index[lane] = #ready + 1
      ready[#ready + 1] = int(at)
      ready[#ready + 1] = lane
    end
    -- More than a minute from now is no difference of clocks: these are quiet
    -- hours, after which what they held comes together.
    if sched == 'instant' and tonumber(nb) > now + 60000 then gather(dest, 'quiet') end
    if sched == 'instant' and yield == '' and (crowded or not at) then
      at = at or waits(dest, sched, lane)
      call('ZADD', K .. 'soon', 'NX', int(at), lane)
    end
  end
end
if added == 0 then return 0 end
if #ready > 0 then call('ZADD', K .. 'ready', unpack(ready)) end
call('PUBLISH', ARGV[1], 'enqueue')
return added
