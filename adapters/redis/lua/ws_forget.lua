-- Deletes a workspace, whose destinations are deleted already.
-- KEYS: 1 prefix. ARGV: 1 "PLATFORM/ID".
call('HDEL', K .. 'ws', ARGV[1])
-- Entries of the log may name its destinations too. Who has read as far as one
-- of them, or begins at the first, takes it for a gap and reads all anew.
local begin = ARGV[1] .. '/'
for _, e in ipairs(call('XRANGE', K .. 'log', '-', '+')) do
  if e[2][1] == 'd' and string.sub(e[2][2], 1, #begin) == begin then call('XDEL', K .. 'log', e[1]) end
end
return 1
