-- Gives a lease back. KEYS: 1 prefix. ARGV: 1 name, 2 holder.
local K = KEYS[1]
local held = redis.call('HGET', K .. 'leases', ARGV[1])
if held and string.match(held, '^%d+ (.*)$') == ARGV[2] then redis.call('HDEL', K .. 'leases', ARGV[1]) end
return 0
