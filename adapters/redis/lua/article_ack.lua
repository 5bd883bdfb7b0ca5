-- Acknowledges entries of the log.
-- KEYS: 1 prefix. ARGV: 1 group, then the entries' ids. Returns how many were
-- pending.
local n = 0
for i = 2, #ARGV do n = n + call('XACK', K .. 'log', ARGV[1], ARGV[i]) end
return n
