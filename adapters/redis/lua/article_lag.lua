-- Tells how far the readers of the log are behind.
-- KEYS: 1 prefix. ARGV: 1 group, 2 the most entries that are counted one by one.
-- Returns how many entries are not acknowledged, and how many ms ago the oldest
-- of them was logged (0: none).
local log, group = K .. 'log', ARGV[1]
if call('EXISTS', log) == 0 then return {0, 0} end
local read, lag = '0-0', false
for _, g in ipairs(call('XINFO', 'GROUPS', log)) do
  -- name, its value, consumers, …, pending, …, last-delivered-id, its value,
  -- entries-read, its value (if the server counts what was read), lag, its value
  if g[2] == group then read, lag = g[8], g[10] and g[12] end
end
local now = clock()
local oldest = now
local function older(id)
  local ms = id and tonumber(string.match(id, '^%d+'))
  if ms then oldest = math.min(oldest, ms) end
end
local pending = call('XPENDING', log, group)
older(pending[2])
local most = lag and 1 or tonumber(ARGV[2])
local unread = call('XRANGE', log, '(' .. read, '+', 'COUNT', most)
if unread[1] then older(unread[1][1]) end
return {tonumber(pending[1]) + (lag or #unread), int(now - oldest)}
