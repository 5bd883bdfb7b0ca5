-- Adds sources that are not there. KEYS: 1 prefix. ARGV: name and JSON, in turns.
-- Returns the JSON that stood there for each, or ''. "added" is a hash from name
-- to JSON, and "added:rev" counts its changes.
local K = KEYS[1]
local call = redis.call
local out = {}
local changed = false
for i = 1, #ARGV, 2 do
  local there = call('HGET', K .. 'added', ARGV[i])
  if not there then
    call('HSET', K .. 'added', ARGV[i], ARGV[i + 1])
    changed = true
  end
  out[#out + 1] = there or ''
end
if changed then call('INCR', K .. 'added:rev') end
return out
