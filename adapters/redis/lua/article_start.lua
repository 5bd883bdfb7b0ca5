-- Creates the log with its group of matchers, if there is none.
-- KEYS: 1 prefix. ARGV: 1 group. Returns 1 if it was created.
if call('EXISTS', K .. 'log') == 1 then
  for _, g in ipairs(call('XINFO', 'GROUPS', K .. 'log')) do
    if g[2] == ARGV[1] then return 0 end
  end
end
call('XGROUP', 'CREATE', K .. 'log', ARGV[1], '0', 'MKSTREAM')
return 1
