-- Deletes what waits for a destination, its pace, lease and dead letters. Its
-- seen-marks and receipts are left to the caller, who reads them in pages.
-- KEYS: 1 shard prefix. ARGV: 1 destination. Returns the buckets of marks and
-- receipts that there are.
local dest = ARGV[1]
for _, sched in ipairs(lanes_of(dest)) do
  local lane = dest .. '|' .. sched
  call('DEL', K .. 'l:' .. lane, K .. 'x:' .. lane)
  forget(lane)
end
call('DEL', K .. 'd:' .. dest)
call('ZREM', K .. 'pace', dest)
call('ZREM', K .. 'leased', dest)
call('ZREM', K .. 'hours', dest)
call('HDEL', K .. 'sent', dest)
for _, key in ipairs(call('HKEYS', K .. 'dead')) do
  if string.sub(key, 1, #dest + 1) == dest .. '|' then
    call('HDEL', K .. 'dead', key)
    call('ZREM', K .. 'dead:at', key)
  end
end
return call('ZRANGE', K .. 'days', 0, -1)
