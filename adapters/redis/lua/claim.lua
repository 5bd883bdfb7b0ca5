-- Hands out lanes that are due, each under a lease of its destination.
-- KEYS: 1 shard prefix. ARGV: 1 lanes wanted, 2 lease in ms, 3 the most items
-- of a digest lane. Returns for each lane: destination, schedule, token, then
-- the items as a flat list of item, failed attempts, send begun (0 or 1).
local now = clock()
local lease, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local out = {}
local lanes = call('ZRANGEBYSCORE', K .. 'ready', '-inf', int(now), 'LIMIT', 0, ARGV[1])

-- take gives the items that a claim covers: the head, or all that is due.
local function take(lane, sched)
  local list = K .. 'l:' .. lane
  local back = call('ZRANGEBYSCORE', K .. 'x:' .. lane, '-inf', int(now), 'LIMIT', 0, most)
  for i = #back, 1, -1 do
    call('LPUSH', list, back[i])
    call('ZREM', K .. 'x:' .. lane, back[i])
  end
  if sched == 'instant' then return call('LRANGE', list, 0, 0) end
  local items = {}
  for _, item in ipairs(call('LRANGE', list, 0, most - 1)) do
    if split(item) > now then break end
    items[#items + 1] = item
  end
  return items
end

for _, lane in ipairs(lanes) do
  local dest, sched = string.match(lane, '^([^|]*)|(.*)$')
  local d = K .. 'd:' .. dest
  local held = tonumber(call('HGET', d, 'until') or 0)
  local at = due(dest, sched)
  if held > now then
    call('ZADD', K .. 'ready', int(held), lane)
  elseif not at then
    call('ZREM', K .. 'ready', lane)
  elseif at > now then
    call('ZADD', K .. 'ready', int(at), lane)
  else
    local items = take(lane, sched)
    local token, till = int(call('INCR', K .. 'n')), int(now + lease)
    call('HSET', d, 'lane', sched, 'token', token, 'until', till, 'held', int(#items))
    call('HDEL', d, 'h:' .. sched)
    call('ZADD', K .. 'ready', till, lane)
    call('ZADD', K .. 'leased', till, dest)
    local flat = {}
    for _, item in ipairs(items) do
      local _, _, rest = split(item)
      local marks = call('HMGET', d, 'a:' .. rest, 's:' .. rest)
      flat[#flat + 1] = item
      flat[#flat + 1] = marks[1] or '0'
      flat[#flat + 1] = marks[2] or '0'
    end
    out[#out + 1] = {dest, sched, token, flat}
  end
end
if #out > 0 then call('ZREMRANGEBYSCORE', K .. 'pace', '-inf', int(now)) end
return out
