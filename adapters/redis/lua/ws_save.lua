-- Replaces a workspace if its revision is the expected one.
-- KEYS: 1 prefix. ARGV: 1 "PLATFORM/ID", 2 expected revision (0: there is
-- none), 3 JSON. Returns the new revision, or -1 on a conflict. The hash "ws"
-- holds "REV JSON".
local now = call('HGET', K .. 'ws', ARGV[1])
local rev = now and string.match(now, '^%d+') or '0'
if rev ~= ARGV[2] then return '-1' end
rev = int(tonumber(rev) + 1)
call('HSET', K .. 'ws', ARGV[1], rev .. ' ' .. ARGV[3])
return rev
