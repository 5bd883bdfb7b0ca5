-- Stores a subscription unless its destination has its query already.
-- KEYS: 1 prefix. ARGV: 1 destination, 2 owner, 3 hash of the canonical query,
-- 4 number wanted (0: the next), 5 JSON, 6 length of the log, 7 a word of the
-- call: the same call again, whose answer got lost, has the same answer. Returns
-- 1 and the new record, 0 and the record that was there, or -1: the number is in
-- use.
local dest, canon, number = ARGV[1], ARGV[3], tonumber(ARGV[4])
local d = K .. 'd:' .. dest
local there = call('HGET', d, 'q:' .. canon)
if there then
  local again = call('HGET', d, 'call') == ARGV[7] .. ' ' .. there
  return {again and 1 or 0, call('HGET', K .. 'sub', there)}
end
if number > 0 and call('HEXISTS', d, 'n:' .. int(number)) == 1 then return {-1} end
if call('EXISTS', d) == 0 then
  -- Readers may remember settings of a destination that was forgotten.
  log('d', dest, ARGV[6])
end
if number == 0 then
  number = call('HINCRBY', d, '#', 1)
elseif number > tonumber(call('HGET', d, '#') or 0) then
  call('HSET', d, '#', int(number))
end
local id = int(call('HINCRBY', K .. 'meta', 'ids', 1))
local rev = log('s', id, ARGV[6])
call('HSET', d, 'n:' .. int(number), id, 'q:' .. canon, id, 'call', ARGV[7] .. ' ' .. id)
call('SADD', K .. 'o:' .. ARGV[2], id)
return {1, store({id = id, number = int(number), rev = rev, canon = canon, dest = dest, owner = ARGV[2], json = ARGV[5]})}
