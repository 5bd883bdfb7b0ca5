-- Keeps a source's own state.
-- KEYS: 1 prefix. ARGV: 1 source, 2 state (empty: none). Returns 1.
if ARGV[2] == '' then
  call('HDEL', K .. 'state', ARGV[1])
else
  call('HSET', K .. 'state', ARGV[1], ARGV[2])
end
return 1
