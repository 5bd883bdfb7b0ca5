-- Deletes a subscription.
-- KEYS: 1 prefix. ARGV: 1 destination, 2 number, 3 length of the log. Returns
-- the record as it was, or false if there was none.
local id = call('HGET', K .. 'd:' .. ARGV[1], 'n:' .. ARGV[2])
if not id then return false end
local record = call('HGET', K .. 'sub', id)
remove(record, ARGV[3])
return record
