-- Tells what is known of articles.
-- KEYS: 1 prefix. ARGV: for each article five: marks of its id, URL and body, of
-- the id that it evolved from (all but the first may be empty), hash of its
-- text. Returns for each 0 (unknown), 1 (known with another text) or 2 (this
-- text was seen, or withdrawn before it came).
local out = {}
for n = 1, #ARGV, 5 do
  local known = 0
  local id = find(ARGV[n], ARGV[n + 1], ARGV[n + 3])
  if id then
    known = call('HEXISTS', K .. 'mark', 'v' .. ARGV[n + 4] .. ' ' .. id) == 1 and 2 or 1
  elseif find(ARGV[n + 2], '', '') or killed(ARGV[n]) or killed(ARGV[n + 1]) then
    known = 2
  end
  out[#out + 1] = known
end
return out
