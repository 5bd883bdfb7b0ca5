-- Gives the changes after a revision.
-- KEYS: 1 prefix. ARGV: 1 id of the last change that is known ("0": none), 2 the
-- most entries. Returns the id reached (or "gap"), 1 if there may be more, then
-- for each change its kind, its name, and the record as it is now (empty if
-- gone).
local from, most = ARGV[1], tonumber(ARGV[2])
local last = call('HGET', K .. 'meta', 'last') or '0'
if from == last then return {last, 0} end
local rev = tonumber(string.match(from, '^%d+'))
if rev > 0 then
  -- It may be past its time, or of a store that has lost changes since.
  if #call('XRANGE', K .. 'log', from, from) == 0 then return {'gap', 0} end
else
  local first = call('XRANGE', K .. 'log', '-', '+', 'COUNT', 1)[1]
  if not first or tonumber(string.match(first[1], '^%d+')) > 1 then return {'gap', 0} end
end
local entries = call('XRANGE', K .. 'log', int(rev + 1) .. '-0', '+', 'COUNT', most)
local reached = last
if #entries == most then reached = entries[#entries][1] end
local out = {reached, #entries == most and 1 or 0}
for _, e in ipairs(entries) do
  local kind, name = e[2][1], e[2][2]
  local record = call('HGET', K .. (kind == 'd' and 'set' or 'sub'), name)
  out[#out + 1] = kind
  out[#out + 1] = name
  out[#out + 1] = record or ''
end
return out
