-- Counts what waits in a shard; work grows with its lanes.
-- KEYS: 1 shard prefix. Returns how many items are due or under lease, how many
-- later, how many ms ago the lane became due that has waited longest, and how
-- many are dead.
local now = clock()
local soon, later = 0, 0
local ready = call('ZRANGE', K .. 'ready', 0, -1, 'WITHSCORES')
for i = 1, #ready, 2 do
  local lane = ready[i]
  local n = call('LLEN', K .. 'l:' .. lane) + call('ZCARD', K .. 'x:' .. lane)
  if tonumber(ready[i + 1]) <= now then
    soon = soon + n
  else
    local dest, sched = string.match(lane, '^([^|]*)|(.*)$')
    local lease = call('HMGET', K .. 'd:' .. dest, 'lane', 'held', 'until')
    local held = 0
    if lease[1] == sched and tonumber(lease[3]) > now then held = tonumber(lease[2]) end
    soon, later = soon + held, later + n - held
  end
end
local first = tonumber(ready[2])
return {soon, later, first and int(math.max(now - first, 0)) or '0', call('ZCARD', K .. 'dead:at')}
