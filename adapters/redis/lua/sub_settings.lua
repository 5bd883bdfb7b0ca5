-- Replaces a destination's settings if their revision is the expected one.
-- KEYS: 1 prefix. ARGV: 1 destination, 2 expected revision (0: none saved), 3
-- JSON, 4 length of the log. Returns the new revision, or -1 on a conflict.
local now = call('HGET', K .. 'set', ARGV[1])
local rev = now and string.match(now, '^%d+') or '0'
if rev ~= ARGV[2] then return '-1' end
rev = log('d', ARGV[1], ARGV[4])
call('HSET', K .. 'set', ARGV[1], rev .. ' ' .. ARGV[3])
return rev
