-- Keeps, changes or deletes what is agreed with a hub. KEYS: 1 prefix. ARGV: 1 token,
-- 2 the revision that stands there (0: none), 3 JSON, or '' to delete. Returns 1, or
-- 0 with nothing changed if another revision stands there. The hash "hubs" holds
-- "REVISION JSON" by token.
local K = KEYS[1]
local call = redis.call
local had = call('HGET', K .. 'hubs', ARGV[1])
local revision = had and string.match(had, '^(%d+) ') or '0'
if revision ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  call('HDEL', K .. 'hubs', ARGV[1])
else
  call('HSET', K .. 'hubs', ARGV[1], string.format('%.0f %s', tonumber(revision) + 1, ARGV[3]))
end
return 1
