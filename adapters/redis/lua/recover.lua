-- Ends every lease of a shard: for the start of a process that is alone on its
-- store, when whoever held them is gone.
-- KEYS: 1 shard prefix. Returns how many leases were ended.
local now = clock()
local dests = call('ZRANGE', K .. 'leased', 0, -1)
for _, dest in ipairs(dests) do release(dest, now) end
return #dests
