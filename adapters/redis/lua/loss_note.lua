-- Notes a loss, once for all replicas of the program. What is certain goes over
-- what is not.
-- KEYS: 1 prefix. ARGV: 1 name, 2 certain (0 or 1), 3 JSON. Returns 1. The hash
-- "losses" holds "CERTAIN JSON" by name.
local K = KEYS[1]
local had = redis.call('HGET', K .. 'losses', ARGV[1])
if not had or (string.sub(had, 1, 1) == '0' and ARGV[2] == '1') then
  redis.call('HSET', K .. 'losses', ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
end
return 1
