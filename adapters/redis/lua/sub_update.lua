-- Replaces a subscription if its revision is the expected one.
-- KEYS: 1 prefix. ARGV: 1 id, 2 expected revision, 3 owner, 4 hash of the
-- canonical query (empty: as it was), 5 JSON, 6 length of the log. Returns 1
-- and the new record, 0 if there is none, or -1 on a conflict.
local record = call('HGET', K .. 'sub', ARGV[1])
if not record then return {0} end
local r = parse(record)
if r.rev ~= ARGV[2] then return {-1} end
local d = K .. 'd:' .. r.dest
local canon = ARGV[4]
if canon ~= '' and canon ~= r.canon then
  if call('HEXISTS', d, 'q:' .. canon) == 1 then return {-1} end
  call('HDEL', d, 'q:' .. r.canon)
  call('HSET', d, 'q:' .. canon, r.id)
  r.canon = canon
end
if ARGV[3] ~= r.owner then
  call('SREM', K .. 'o:' .. r.owner, r.id)
  call('SADD', K .. 'o:' .. ARGV[3], r.id)
  r.owner = ARGV[3]
end
r.json = ARGV[5]
r.rev = log('s', r.id, ARGV[6])
return {1, store(r)}
