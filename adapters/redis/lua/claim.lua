-- Hands out lanes that are due, each under a lease of its destination.
-- KEYS: 1 shard prefix. ARGV: 1 lanes wanted, 2 lease in ms, 3 the most items
-- of a digest lane. Returns for each lane: destination, schedule, token, then
-- the items as a flat list of item, failed attempts, how many ms ago a send was
-- begun of which nothing is known (empty if none), and "MS REST" of the message
-- it was begun in (empty if none); then why an instant lane was claimed whole
-- (empty if not), how many instant messages went out in the hour that runs, and
-- in how many ms that ends (0: none runs).
local now = clock()
local want, lease, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local out = {}

-- take gives the items that a claim covers: the head, or all that is due.
local function take(lane, whole)
  local list = K .. 'l:' .. lane
  local back = call('ZRANGEBYSCORE', K .. 'x:' .. lane, '-inf', int(now), 'LIMIT', 0, most)
  for i = #back, 1, -1 do
    call('LPUSH', list, back[i])
    call('ZREM', K .. 'x:' .. lane, back[i])
  end
  if not whole then return call('LRANGE', list, 0, 0) end
  local items = {}
  for _, item in ipairs(call('LRANGE', list, 0, most - 1)) do
    if split(item) > now then break end
    items[#items + 1] = item
  end
  return items
end

-- claim claims a lane, or scores it at the time at which that is possible.
local function claim(lane)
  local dest, sched = string.match(lane, '^([^|]*)|(.*)$')
  local d = K .. 'd:' .. dest
  local held = tonumber(call('HGET', d, 'until') or 0)
  local at = due(dest, sched)
  if not at then return forget(lane) end
  if held > now or at > now then return place(lane, int(math.max(held, at))) end
  local why, sent, left = '', '0', 0
  if sched == 'instant' then
    why = string.match(call('HGET', d, 'g') or '', '^%d+ (.*)$') or ''
    left = math.max(0, tonumber(call('ZSCORE', K .. 'hours', dest) or 0) - now)
    if left > 0 then sent = call('HGET', K .. 'sent', dest) or '0' end
  end
  local items = take(lane, sched ~= 'instant' or why ~= '')
  if why ~= '' then call('HSET', d, 'g', int(call('LLEN', K .. 'l:' .. lane) - #items) .. ' ' .. why) end
  local token, till = int(call('INCR', K .. 'n')), int(now + lease)
  call('HSET', d, 'lane', sched, 'token', token, 'until', till, 'held', int(#items))
  call('HDEL', d, 'h:' .. sched)
  place(lane, till)
  call('ZADD', K .. 'leased', till, dest)
  local flat = {}
  for _, item in ipairs(items) do
    local _, _, rest = split(item)
    local marks = call('HMGET', d, 'a:' .. rest, 's:' .. rest, 'p:' .. rest)
    flat[#flat + 1] = item
    flat[#flat + 1] = marks[1] or '0'
    flat[#flat + 1] = marks[2] and int(math.max(0, now - tonumber(marks[2]))) or ''
    flat[#flat + 1] = marks[3] or ''
  end
  out[#out + 1] = {dest, sched, token, flat, why, sent, int(left)}
end

-- sweep claims lanes of a set until there are so many. Every lane that is looked
-- at leaves the due ones; the rounds only bound the time of one call.
local function sweep(set, most)
  for _ = 1, 10 do
    if #out >= most then return end
    local lanes = call('ZRANGEBYSCORE', K .. set, '-inf', int(now), 'LIMIT', 0, int(most - #out))
    if #lanes == 0 then return end
    for _, lane in ipairs(lanes) do claim(lane) end
  end
end

-- A quarter is kept for those that have waited longest, also of single lanes.
local patient = math.floor((want + tonumber(call('GET', K .. 'n') or 0) % 4) / 4)
sweep('soon', want - patient)
sweep('ready', want)
if #out > 0 then call('ZREMRANGEBYSCORE', K .. 'pace', '-inf', int(now)) end
return out
