-- Ends a good poll of a source. Long documents come in several calls: all but
-- the last only collect.
-- KEYS: 1 prefix. ARGV: 1 source, 2 now in ms, 3 "keep" (all of the last
-- document still stands) or "replace", 4 "1" for the first call, 5 "1" for the
-- last, 6 days that marks outlive their last standing, then three for each
-- article: marks of its id, URL and body. Returns how many articles were
-- forgotten.
local source, now = ARGV[1], tonumber(ARGV[2])
local stand, stage = K .. 'stand:' .. source, K .. 'stage:' .. source
if ARGV[3] == 'replace' then
  if ARGV[4] == '1' then call('DEL', stage) end
  for i = 7, #ARGV, 3 do
    local id = find(ARGV[i], ARGV[i + 1], ARGV[i + 2])
    if id then call('SADD', stage, id) end
  end
  if ARGV[5] ~= '1' then return 0 end
  local before = tonumber(call('HGET', K .. 'settled', source) or 0)
  for _, id in ipairs(call('SMEMBERS', stand)) do
    if call('SISMEMBER', stage, id) == 0 and call('HEXISTS', K .. 'names', id) == 1 then stood(id, before) end
  end
  for _, id in ipairs(call('SMEMBERS', stage)) do stood(id, now) end
  call('DEL', stand)
  if call('EXISTS', stage) == 1 then call('RENAME', stage, stand) end
end
call('HSET', K .. 'settled', source, int(now))

-- standing tells whether any source's last document has the article.
local sources = call('HKEYS', K .. 'settled')
local function standing(id)
  for _, s in ipairs(sources) do
    if call('SISMEMBER', K .. 'stand:' .. s, id) == 1 then return true end
  end
  return false
end

local gone = 0
local limit = '(' .. int(now - tonumber(ARGV[6]) * DAY)
for _, id in ipairs(call('ZRANGEBYSCORE', K .. 'age', '-inf', limit, 'LIMIT', 0, 200)) do
  if standing(id) then
    stood(id, now)
  else
    local names = call('HGET', K .. 'names', id) or ''
    for m in string.gmatch(string.match(names, '^%d+ (.*)$') or '', '[^\n]+') do
      if call('HGET', K .. 'mark', m) == id then call('HDEL', K .. 'mark', m) end
    end
    -- What is logged under this id hereafter is a new article with a record of
    -- its own.
    drop_old(id)
    call('HDEL', K .. 'names', id)
    call('ZREM', K .. 'age', id)
    gone = gone + 1
  end
end
return gone
