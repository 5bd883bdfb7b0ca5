-- Gives the content of keys at one moment.
-- No KEYS. ARGV: 1 this process's secret, which the server asks for before it
-- names the keys that changed since the last time, or 0 for all. Returns whether
-- it is all (1 or 0), then for each key: name, type ("none" if it is gone), time to live in ms (-1: none), content. Content
-- of a string: itself; of a hash, list or set: its reply; of a sorted set:
-- members and scores; of a stream: the last id, the entries, and for each group
-- its name, last delivered id, consumers, and pending entries as XPENDING gives
-- them.
local call = redis.call

local function stream(key)
  local last = ''
  local info = call('XINFO', 'STREAM', key)
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = info[i + 1] end
  end
  local groups = {}
  for _, g in ipairs(call('XINFO', 'GROUPS', key)) do
    local f = {}
    for i = 1, #g, 2 do f[g[i]] = g[i + 1] end
    local consumers = {}
    for _, c in ipairs(call('XINFO', 'CONSUMERS', key, f['name'])) do consumers[#consumers + 1] = c[2] end
    groups[#groups + 1] = {f['name'], f['last-delivered-id'], consumers,
      call('XPENDING', key, f['name'], '-', '+', 1000000000)}
  end
  return {last, call('XRANGE', key, '-', '+'), groups}
end

local read = {
  string = function(key) return call('GET', key) end,
  hash = function(key) return call('HGETALL', key) end,
  list = function(key) return call('LRANGE', key, 0, -1) end,
  set = function(key) return call('SMEMBERS', key) end,
  zset = function(key) return call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
  stream = stream,
  none = function() return '' end,
}

local keys = call('BELLWETHER.CHANGED', ARGV[1])
local out = {0}
if keys == 0 then
  keys = call('KEYS', '*')
  out[1] = 1
end
for _, key in ipairs(keys) do
  local kind = call('TYPE', key)['ok']
  if not read[kind] then
    return redis.error_reply('ERR key ' .. key .. ' has type ' .. kind .. ', which can not be saved')
  end
  out[#out + 1] = {key, kind, call('PTTL', key), read[kind](key)}
end
return out
