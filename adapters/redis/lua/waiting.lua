-- Lists what waits for a destination.
-- KEYS: 1 shard prefix. ARGV: 1 destination. Returns for each item: schedule,
-- item, failed attempts, when a send was begun in ms (empty if none), last error,
-- time in ms at which its lane is next due.
local dest = ARGV[1]
local d = K .. 'd:' .. dest
local out = {}
for _, sched in ipairs(lanes_of(dest)) do
  local lane = dest .. '|' .. sched
  local at = call('ZSCORE', K .. 'ready', lane) or '0'
  local function add(items)
    for _, item in ipairs(items) do
      local _, _, rest = split(item)
      local marks = call('HMGET', d, 'a:' .. rest, 's:' .. rest, 'e:' .. rest)
      out[#out + 1] = {sched, item, marks[1] or '0', marks[2] or '', marks[3] or '', int(tonumber(at))}
    end
  end
  add(call('ZRANGE', K .. 'x:' .. lane, 0, -1))
  add(call('LRANGE', K .. 'l:' .. lane, 0, -1))
end
return out
