-- Takes or renews a lease.
-- KEYS: 1 prefix. ARGV: 1 name, 2 holder, 3 ms. Returns 1 if holder has it now.
-- The hash "leases" holds "UNTIL HOLDER" by name, in ms of Redis.
local K = KEYS[1]
local call = redis.call
local t = call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local held = call('HGET', K .. 'leases', ARGV[1])
if held then
  local till, holder = string.match(held, '^(%d+) (.*)$')
  if holder ~= ARGV[2] and tonumber(till) > now then return 0 end
end
call('HSET', K .. 'leases', ARGV[1], string.format('%.0f', now + tonumber(ARGV[3])) .. ' ' .. ARGV[2])
return 1
