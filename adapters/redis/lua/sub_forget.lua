-- Deletes what a person owns and the person's direct message.
-- KEYS: 1 prefix. ARGV: 1 person, 2 their direct message as a destination, 3
-- length of the log. Returns how many subscriptions of the person went.
local n = 0
for _, id in ipairs(call('SMEMBERS', K .. 'o:' .. ARGV[1])) do
  local record = call('HGET', K .. 'sub', id)
  if record then
    remove(record, ARGV[3])
    n = n + 1
  end
end
for _, id in ipairs(ids_in(ARGV[2])) do
  local record = call('HGET', K .. 'sub', id)
  if record then remove(record, ARGV[3]) end
end
call('DEL', K .. 'd:' .. ARGV[2], K .. 'o:' .. ARGV[1])
call('HDEL', K .. 'set', ARGV[2])
-- Entries of the log may name the direct message too. Who has read as far as
-- one of them, or begins at the first, takes it for a gap and reads all anew.
for _, e in ipairs(call('XRANGE', K .. 'log', '-', '+')) do
  if e[2][1] == 'd' and e[2][2] == ARGV[2] then call('XDEL', K .. 'log', e[1]) end
end
return n
