-- Gives the records of a destination, of a person, or of given ids.
-- KEYS: 1 prefix. ARGV: 1 "dest", "owner" or "ids", then the destination, the
-- person, or the ids. Returns the records that exist.
local ids
if ARGV[1] == 'dest' then
  ids = ids_in(ARGV[2])
elseif ARGV[1] == 'owner' then
  ids = call('SMEMBERS', K .. 'o:' .. ARGV[2])
else
  ids = {}
  for i = 2, #ARGV do ids[#ids + 1] = ARGV[i] end
end
local out = {}
for _, id in ipairs(ids) do
  local record = call('HGET', K .. 'sub', id)
  if record then out[#out + 1] = record end
end
return out
