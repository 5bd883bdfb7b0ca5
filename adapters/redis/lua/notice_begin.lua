-- Makes notices of what was not told yet, and gives all that are open.
-- KEYS: 1 prefix. ARGV: 1 how many sources there are, 2 ms for which those that
-- were told of together are waited for, 3 ms that a notice is kept, 4 how many
-- are down, then of each of those name, ms since when and JSON, then of each
-- that is back name and JSON. Returns id, record in turns.
-- "told" is a hash from the name of a source to the id of the notice that it is
-- down; "told:n" numbers notices; "told:back" has when the first source of a
-- notice was seen to be back; "notices" the open ones by their time; "notice:ID"
-- a record. What a replica thinks of a source counts only if "sources" has it too.
local K = KEYS[1]
local call = redis.call
local t = call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local function since(name)
  return string.match(call('HGET', K .. 'sources', name) or '', '[{,]"s":(%d+)')
end
local function write(kind, of, parts)
  local id = string.format('%s%.0f', kind, call('INCR', K .. 'told:n'))
  call('SET', K .. 'notice:' .. id, string.format('{"a":%.0f,"n":%s,"of":[%s],"s":[%s]}', now, ARGV[1], of, table.concat(parts, ',')),
    'PX', ARGV[3])
  call('ZADD', K .. 'notices', now, id)
  return id
end

local i = 5
local fresh, parts = {}, {}
for _ = 1, tonumber(ARGV[4]) do
  if since(ARGV[i]) == ARGV[i + 1] and call('HEXISTS', K .. 'told', ARGV[i]) == 0 then
    fresh[#fresh + 1] = ARGV[i]
    parts[#parts + 1] = ARGV[i + 2]
  end
  i = i + 3
end
if #fresh > 0 then
  local id = write('d', '', parts)
  for _, name in ipairs(fresh) do call('HSET', K .. 'told', name, id) end
end

local members = {}
local told = call('HGETALL', K .. 'told')
for n = 2, #told, 2 do members[told[n]] = (members[told[n]] or 0) + 1 end
local order, back = {}, {}
while i < #ARGV do
  local id = call('HGET', K .. 'told', ARGV[i])
  if id and not since(ARGV[i]) then
    if not back[id] then
      back[id] = {names = {}, parts = {}}
      order[#order + 1] = id
    end
    local b = back[id]
    b.names[#b.names + 1] = ARGV[i]
    b.parts[#b.parts + 1] = ARGV[i + 1]
  end
  i = i + 2
end
for _, id in ipairs(order) do
  local b = back[id]
  call('HSETNX', K .. 'told:back', id, string.format('%.0f', now))
  local first = tonumber(call('HGET', K .. 'told:back', id))
  if #b.names == members[id] or now - first >= tonumber(ARGV[2]) then
    local began = string.match(call('GET', K .. 'notice:' .. id) or '', '^{"a":(%d+)') or '0'
    write('b', '"' .. id .. '","' .. began .. '"', b.parts)
    for _, name in ipairs(b.names) do call('HDEL', K .. 'told', name) end
    call('HDEL', K .. 'told:back', id)
  end
end

local out = {}
for _, id in ipairs(call('ZRANGE', K .. 'notices', 0, -1)) do
  local record = call('GET', K .. 'notice:' .. id)
  if record then
    out[#out + 1] = id
    out[#out + 1] = record
  else
    call('ZREM', K .. 'notices', id)
  end
end
return out
