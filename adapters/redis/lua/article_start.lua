-- Creates the log with its group of matchers, if there is none, and takes out
-- of the group who has not been seen for a week and holds nothing.
-- KEYS: 1 prefix. ARGV: 1 group. Returns 1 if the group was created.
local log, group = K .. 'log', ARGV[1]
local there = false
if call('EXISTS', log) == 1 then
  for _, g in ipairs(call('XINFO', 'GROUPS', log)) do there = there or g[2] == group end
end
if not there then
  call('XGROUP', 'CREATE', log, group, '0', 'MKSTREAM')
  return 1
end
for _, c in ipairs(call('XINFO', 'CONSUMERS', log, group)) do
  -- name, its value, pending, its value, idle, its value
  if c[4] == 0 and c[6] > 7 * DAY then call('XGROUP', 'DELCONSUMER', log, group, c[2]) end
end
return 0
