-- What every script of an outbox shard begins with.
-- KEYS[1] is the shard's key prefix; every key that a script touches begins
-- with it and so shares its hash tag:
--   ready      sorted set of lanes that hold something, by the time in ms at
--              which each may next be claimed (the end of its lease while leased)
--   soon       those of them, with the same times, that hold something which need
--              not wait behind all that was due when it was put in
--   l:LANE     list of what waits in a lane, oldest first
--   x:LANE     sorted set of what stepped aside, by the time of its return
--   d:DEST     hash: "lanes" (their schedules, comma-joined), the lease ("lane",
--              "token", "until", "held": how many of the first items it covers),
--              "h:SCHEDULE" hold of a lane, "g" "N WHY": the instant lane is
--              claimed whole, also after a claim that left N of its items
--              behind, unless N is 0; and per item "a:REST" failed attempts, "s:REST" when a send was
--              begun of which nothing is known, "e:REST" the last error, and "p:REST" "MS REST": when a send that may have
--              arrived was first begun, and the first item of that message ("MSp
--              REST" if that was part of a digest)
--   pace       sorted set of destinations, by the time before which none of
--              their lanes may be written to
--   leased     sorted set of destinations under lease, by its end
--   hours      sorted set of destinations, by the end of the hour in which their
--              instant messages are counted; "sent" is the hash of these counts
--   n          counter of tokens
--   seen:DAY   set of keys that were ever enqueued; rcpt:DAY hash of receipts,
--              by message, and by key of what was in it
--   days       sorted set of those buckets, by the time of their last use
--   dead, dead:at   dead letters by key, and when each died
-- A LANE is DEST|SCHEDULE. An item is "NOTBEFORE ENQUEUED LENGTH SUBS REST":
-- times in ms, the length of the article's id, subscription ids comma-joined,
-- and the key without "DEST|". A destination has one lease at a time, so that
-- its lanes share their pace.
local K = KEYS[1]
local call = redis.call

local function int(n) return string.format('%.0f', n) end

local function clock()
  local t = call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- split gives the item's not-before, its place of enqueue, and its REST.
local function split(item)
  local nb, enq, rest = string.match(item, '^(%d+) (%d+) %d+ %S* (.*)$')
  return tonumber(nb), enq, rest
end

-- retimed gives the item with another not-before.
local function retimed(item, nb)
  return int(nb) .. string.sub(item, string.find(item, ' ', 1, true), -1)
end

-- place says when a lane may next be claimed.
local function place(lane, at)
  call('ZADD', K .. 'ready', at, lane)
  call('ZADD', K .. 'soon', 'XX', at, lane)
end

-- forget takes a lane out that holds nothing.
local function forget(lane)
  call('ZREM', K .. 'ready', lane)
  call('ZREM', K .. 'soon', lane)
end

-- gather has all that waits in an instant lane claimed together, and says why.
local function gather(dest, why)
  call('HSET', K .. 'd:' .. dest, 'g', '1 ' .. why)
end

-- gathered ends that with a claim that left nothing behind.
local function gathered(dest)
  local d = K .. 'd:' .. dest
  if string.match(call('HGET', d, 'g') or '', '^0 ') then call('HDEL', d, 'g') end
end

local function lanes_of(dest)
  local out = {}
  local joined = call('HGET', K .. 'd:' .. dest, 'lanes')
  if joined then
    for s in string.gmatch(joined, '[^,]+') do out[#out + 1] = s end
  end
  return out
end

local function add_lane(dest, sched)
  local have = lanes_of(dest)
  for _, s in ipairs(have) do
    if s == sched then return end
  end
  have[#have + 1] = sched
  call('HSET', K .. 'd:' .. dest, 'lanes', table.concat(have, ','))
end

-- due tells when a lane may be claimed if nobody holds it; nil if it is empty.
local function due(dest, sched)
  local lane = dest .. '|' .. sched
  local at
  local head = call('LINDEX', K .. 'l:' .. lane, 0)
  if head then at = split(head) end
  local side = call('ZRANGE', K .. 'x:' .. lane, 0, 0, 'WITHSCORES')
  if side[2] then
    local back = tonumber(side[2])
    if not at or back < at then at = back end
  end
  if not at then return nil end
  local hold = tonumber(call('HGET', K .. 'd:' .. dest, 'h:' .. sched) or 0)
  local pace = tonumber(call('ZSCORE', K .. 'pace', dest) or 0)
  return math.max(at, hold, pace)
end

-- settle scores every lane of a destination anew and forgets empty ones. It
-- returns how many still hold something. A lane that is due is scored with the
-- time at which it became so, or was last written to: so lanes take turns.
local function settle(dest, now)
  local d = K .. 'd:' .. dest
  local lease = call('HMGET', d, 'lane', 'until')
  local left = {}
  for _, sched in ipairs(lanes_of(dest)) do
    local lane = dest .. '|' .. sched
    local at = due(dest, sched)
    if not at then
      forget(lane)
      call('HDEL', d, 'h:' .. sched)
      if sched == 'instant' then call('HDEL', d, 'g') end
    else
      left[#left + 1] = sched
      local was = tonumber(call('ZSCORE', K .. 'ready', lane) or now)
      at = math.max(at, math.min(was, now))
      if lease[1] == sched and tonumber(lease[2]) > now then at = tonumber(lease[2]) end
      place(lane, int(at))
    end
  end
  if #left == 0 then
    call('DEL', d)
  else
    call('HSET', d, 'lanes', table.concat(left, ','))
  end
  return #left
end

-- release ends a destination's lease.
local function release(dest, now)
  call('HDEL', K .. 'd:' .. dest, 'lane', 'token', 'until', 'held')
  call('ZREM', K .. 'leased', dest)
  return settle(dest, now)
end
