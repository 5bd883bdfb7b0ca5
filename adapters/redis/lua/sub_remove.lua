-- Deletes a subscription.
-- KEYS: 1 prefix. ARGV: 1 destination, 2 number, 3 length of the log, 4 a word of
-- the call: the same call again, whose answer got lost, has the same answer.
-- Returns the record as it was, or false if there was none.
local id = call('HGET', K .. 'd:' .. ARGV[1], 'n:' .. ARGV[2])
if not id then
  local word, record = string.match(call('HGET', K .. 'd:' .. ARGV[1], 'call') or '', '^(%S+) (.*)$')
  return word == ARGV[4] and record or false
end
local record = call('HGET', K .. 'sub', id)
remove(record, ARGV[3])
call('HSET', K .. 'd:' .. ARGV[1], 'call', ARGV[4] .. ' ' .. record)
return record
