-- Counts that a replica of the program has been here, so that it notices when
-- Redis has lost writes.
-- KEYS: 1 prefix. ARGV: 1 holder. Returns its count, and of the server the
-- replication's id and that of the server that it took over from. The hash
-- "beats" holds "COUNT MS" by holder; who has not been here for a week is
-- forgotten.
local K = KEYS[1]
local call = redis.call
local t = call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local n = tonumber(string.match(call('HGET', K .. 'beats', ARGV[1]) or '0', '^%d+')) + 1
call('HSET', K .. 'beats', ARGV[1], string.format('%.0f %.0f', n, now))
if n == 1 then
  local all = call('HGETALL', K .. 'beats')
  for i = 1, #all, 2 do
    if tonumber(string.match(all[i + 1], ' (%d+)$')) < now - 604800000 then call('HDEL', K .. 'beats', all[i]) end
  end
end
local info = call('INFO', 'replication')
return {n, string.match(info, 'master_replid:(%x+)') or '', string.match(info, 'master_replid2:(%x+)') or ''}
