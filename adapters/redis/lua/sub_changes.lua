-- Gives the changes after a revision.
-- KEYS: 1 prefix. ARGV: 1 revision, 2 the most entries. Returns the revision
-- reached (or "gap"), 1 if there may be more, then for each change its kind, its
-- name, and the record as it is now (empty if gone).
local from, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local last = tonumber(call('HGET', K .. 'meta', 'rev') or 0)
if from > last then return {'gap', 0} end
if from == last then return {ARGV[1], 0} end
local first = call('XRANGE', K .. 'log', '-', '+', 'COUNT', 1)[1]
if not first or tonumber(string.match(first[1], '^%d+')) > from + 1 then
  return {'gap', 0}
end
local entries = call('XRANGE', K .. 'log', int(from + 1) .. '-0', '+', 'COUNT', most)
local reached = last
if #entries == most then reached = tonumber(string.match(entries[#entries][1], '^%d+')) end
local out = {int(reached), #entries == most and 1 or 0}
for _, e in ipairs(entries) do
  local kind, name = e[2][1], e[2][2]
  local record = call('HGET', K .. (kind == 'd' and 'set' or 'sub'), name)
  out[#out + 1] = kind
  out[#out + 1] = name
  out[#out + 1] = record or ''
end
return out
