-- Removes an added source. KEYS: 1 prefix. ARGV: 1 name. Returns its JSON, or
-- '' if there was none.
local K = KEYS[1]
local call = redis.call
local there = call('HGET', K .. 'added', ARGV[1])
if not there then return '' end
call('HDEL', K .. 'added', ARGV[1])
call('INCR', K .. 'added:rev')
return there
