-- Logs an article unless it was seen.
-- KEYS: 1 prefix. ARGV: 1 id, 2 JSON, 3 mark of the id, 4 of the URL, 5 of the
-- body (4 and 5 may be empty), 6 hash of the text, 7 "1" for history, which no
-- matcher reads, 8 wake channel, 9 and 10 days that the stream and records are
-- kept, 11 the time in ms at which it was received (0: now), 12 the mark of the
-- id that it evolved from (may be empty), 13 the publisher's version (0 if it
-- gives none), 14 "1" to log it only as a revision of one that is there, 15 hash of
-- another text under which it comes too (may be empty), 16 what goes before the
-- fields of a JSON that puts out again what was withdrawn, 17 days that the
-- withdrawal of what is not there is remembered. Returns
-- "added", "revised", "again" (revised, and withdrawn before) or "duplicate", the
-- article's id and its latest revision (0: there is none), and the time at which
-- its first revision was received.
local now = clock()
local i, u, b = ARGV[3], ARGV[4], ARGV[5]
local id = find(i, u, ARGV[12])
if not id and ARGV[14] == '1' then
  for _, m in ipairs({i, u}) do
    if m ~= '' then call('SET', K .. 'kill:' .. m, ARGV[13], 'EX', int(tonumber(ARGV[17]) * DAY / 1000)) end
  end
  return {'duplicate', ARGV[1], '0', '0'}
end
if not id then
  -- Its withdrawal came first, and takes it with it; a later version does not.
  for _, m in ipairs({i, u}) do
    local version = killed(m)
    if version and not (tonumber(version) > 0 and tonumber(ARGV[13]) > tonumber(version)) then
      return {'duplicate', ARGV[1], '0', '0'}
    end
  end
end
local verdict, rev, json = 'added', 1, ARGV[2]
if id then
  verdict, rev = 'revised', revision(id) + 1
  if call('HEXISTS', K .. 'mark', 'v' .. ARGV[6] .. ' ' .. id) == 1 then verdict = 'duplicate' end
  -- One that is older than what is logged comes late. Only versions of the same
  -- id can be compared.
  local was = call('GET', K .. 'art:' .. id) or ''
  local latest, own = tonumber(string.match(was, '"version":(%d+)') or 0), call('HGET', K .. 'mark', i) == id
  local version = tonumber(ARGV[13])
  if latest > version and version > 0 and own then verdict = 'duplicate' end
  -- What was withdrawn and comes again is told to who had it. With a text that was
  -- seen it may just be a copy that comes late, unless its version says otherwise.
  -- (Within a string of JSON the quotes would be escaped.)
  if ARGV[16] ~= '' and string.find(was, '"standing":"withdrawn"', 1, true) and
    (verdict == 'revised' or version > latest and latest > 0 and own) then
    verdict, json = 'again', '{' .. ARGV[16] .. string.sub(json, 2)
  end
else
  id = find(b, '', '')
  if id then verdict = 'duplicate' else id = ARGV[1] end
end
local also = ARGV[15] ~= '' and 'v' .. ARGV[15] .. ' ' .. id or ''
stood(id, now)
local key = K .. 'art:' .. id
local received = ARGV[11] ~= '0' and ARGV[11] or int(now)
if verdict ~= 'added' then
  received = string.match(call('GET', key) or '', '^%d+ (%d+)') or received
end
if verdict == 'duplicate' then
  rev = revision(id)
  sign(id, int(rev), {i, u, b, also})
  return {verdict, id, int(rev), received}
end

-- Each logged article takes a few out that are past their time.
local last = int(now - tonumber(ARGV[10]) * DAY)
for _, old in ipairs(call('ZRANGEBYSCORE', K .. 'recv', '-inf', last, 'LIMIT', 0, 20)) do
  drop_old(old)
  call('DEL', K .. 'art:' .. old)
  call('ZREM', K .. 'recv', old)
end

if (verdict == 'revised' or verdict == 'again') and call('EXISTS', key) == 1 then call('RENAME', key, K .. 'old:' .. int(rev - 1) .. ':' .. id) end
if rev > MOST + 1 then call('DEL', K .. 'old:' .. int(rev - 1 - MOST) .. ':' .. id) end
call('SET', key, int(rev) .. ' ' .. received .. ' ' .. json)
call('ZADD', K .. 'recv', int(now), id)
sign(id, int(rev), {i, u, b, 'v' .. ARGV[6] .. ' ' .. id, also})
if ARGV[7] ~= '1' then
  local first = int(now - tonumber(ARGV[9]) * DAY)
  call('XADD', K .. 'log', 'MINID', '~', first, '*', 'id', id, 'rev', int(rev))
  call('PUBLISH', ARGV[8], 'append')
end
return {verdict, id, int(rev), received}
