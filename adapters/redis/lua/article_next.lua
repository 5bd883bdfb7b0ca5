-- Hands out entries of the log to a consumer: its own pending ones, then those
-- that others have held too long, then new ones.
-- KEYS: 1 prefix. ARGV: 1 group, 2 consumer, 3 how many, 4 ms after which an
-- entry is taken from another consumer. Returns for each: the entry's id, how
-- often it was handed out before, the article's id, revision and record (empty
-- where they are gone).
local group, consumer, want = ARGV[1], ARGV[2], tonumber(ARGV[3])
local log = K .. 'log'
local out = {}

local function record(id, rev)
  local latest = call('GET', K .. 'art:' .. id)
  if latest and string.match(latest, '^%d+') == rev then return latest end
  return call('GET', K .. 'old:' .. rev .. ':' .. id) or latest or ''
end

local function hand(entry, tries)
  local id, rev = '', ''
  if type(entry[2]) == 'table' then id, rev = entry[2][2] or '', entry[2][4] or '' end
  out[#out + 1] = {entry[1], tries, id, rev, id ~= '' and record(id, rev) or ''}
end

local function tried(entry)
  local p = call('XPENDING', log, group, entry[1], entry[1], 1)[1]
  return p and p[4] - 1 or 0
end

local function read(from)
  local got = call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', int(want - #out), 'STREAMS', log, from)
  return got and got[1] and got[1][2] or {}
end

for _, e in ipairs(read('0')) do
  -- miniredis gives more of these than it was asked for.
  if #out < want then hand(e, tried(e)) end
end
if #out < want then
  local got = call('XAUTOCLAIM', log, group, consumer, ARGV[4], '0-0', 'COUNT', int(want - #out))
  for _, e in ipairs(got[2]) do hand(e, tried(e)) end
end
if #out < want then
  for _, e in ipairs(read('>')) do hand(e, 0) end
end
return out
