-- Puts what waits in one lane of a destination at the end of another. What is
-- under a lease that still runs, or whose send was begun, stays: it may be on
-- its way. The latter is looked at anew, whatever its lane was put off for.
-- KEYS: 1 shard prefix. ARGV: 1 wake channel, 2 destination, 3 and 4 schedule
-- of the lanes from and to (may be the same: then only the time changes), 5 the
-- time in ms before which the moved are not sent. Returns how many were moved.
local dest, from, to, at = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local d = K .. 'd:' .. dest
local now = clock()
local lease = call('HMGET', d, 'lane', 'held', 'until')
if lease[3] and tonumber(lease[3]) <= now then
  release(dest, now)
  lease = {}
end
local held = 0
if lease[1] == from then held = tonumber(lease[2]) end

local stay, moved, begun = {}, {}, 0
local function sort(item)
  local _, _, rest = split(item)
  if call('HEXISTS', d, 's:' .. rest) == 1 then
    stay[#stay + 1] = item
    begun = begun + 1
  else
    moved[#moved + 1] = retimed(item, at)
  end
end

local list, side = K .. 'l:' .. dest .. '|' .. from, K .. 'x:' .. dest .. '|' .. from
local waiting = call('LRANGE', list, 0, -1)
for i = 1, math.min(held, #waiting) do stay[#stay + 1] = waiting[i] end
local aside = call('ZRANGE', side, 0, -1)
table.sort(aside, function(a, b)
  local _, x = split(a)
  local _, y = split(b)
  return tonumber(x) < tonumber(y)
end)
for _, item in ipairs(aside) do sort(item) end
for i = held + 1, #waiting do sort(waiting[i]) end
if #moved + begun == 0 then return 0 end

if #moved > 0 then
  call('DEL', list, side)
  for _, item in ipairs(stay) do call('RPUSH', list, item) end
  for _, item in ipairs(moved) do call('RPUSH', K .. 'l:' .. dest .. '|' .. to, item) end
  add_lane(dest, to)
end
call('HDEL', d, 'h:' .. from)
settle(dest, now)
call('PUBLISH', ARGV[1], 'move')
return #moved
