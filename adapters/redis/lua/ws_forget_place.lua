-- Deletes a destination: its subscriptions, settings and numbers.
-- KEYS: 1 prefix. ARGV: 1 destination, 2 length of the log. Returns how many
-- subscriptions went.
local n = 0
for _, id in ipairs(ids_in(ARGV[1])) do
  local record = call('HGET', K .. 'sub', id)
  if record then
    remove(record, ARGV[2])
    n = n + 1
  end
end
call('DEL', K .. 'd:' .. ARGV[1])
call('HDEL', K .. 'set', ARGV[1])
return n
