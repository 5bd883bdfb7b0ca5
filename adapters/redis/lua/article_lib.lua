-- What every script on articles begins with.
-- KEYS[1] is the prefix of all keys here, with their hash tag:
--   log       stream of what matchers are to read: id, rev
--   art:ID    the latest revision, "REV RECEIVED JSON" (RECEIVED in ms,
--             that of the first revision)
--   old:REV:ID  an earlier one, for those who have not read it yet
--   recv      sorted set of ids, by the time in ms at which the latest was logged
--   mark      hash from a mark of what was seen to the article's id: "i..." its
--             ids, "u..." its URLs, "b..." its bodies, each hashed, and
--             "v... ID" the versions of ID that were logged
--   names     hash from id to "REV MARK\nMARK...", all that mark holds of it
--   age       sorted set of ids, by the time in ms at which they last stood in
--             a source's document
--   stand:SOURCE   set of ids that stand in a source's last good document
--   settled   hash from source to the time in ms of its last good poll
--   kill:MARK  version of a withdrawal that came before what it withdraws, for a
--             time
--   state     hash from source to its own state
local K = KEYS[1]
local call = redis.call
local DAY = 86400000
-- How many marks of a kind, and former revisions, an article has at most. There
-- are pages that differ at every look.
local MOST = 20

local function int(n) return string.format('%.0f', n) end

local function clock()
  local t = call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- find gives the id of the article that has one of these marks; empty ones
-- are none.
local function find(i, u, b)
  for _, m in ipairs({i, u, b}) do
    if m ~= '' then
      local id = call('HGET', K .. 'mark', m)
      if id then return id end
    end
  end
end

-- killed gives the version of a withdrawal that came before what has this mark;
-- nil if there was none.
local function killed(m) return m ~= '' and call('GET', K .. 'kill:' .. m) or nil end

-- stood notes that an article stood in a document at a time.
local function stood(id, at)
  local was = tonumber(call('ZSCORE', K .. 'age', id) or 0)
  if at > was then call('ZADD', K .. 'age', int(at), id) end
end

-- trim takes the oldest marks of each kind but the very first out of an
-- article's, where it has too many.
local function trim(have, id)
  local total, at, out = {}, {}, {}
  for m in string.gmatch(have, '[^\n]+') do
    local kind = string.sub(m, 1, 1)
    total[kind] = (total[kind] or 0) + 1
  end
  for m in string.gmatch(have, '[^\n]+') do
    local kind = string.sub(m, 1, 1)
    at[kind] = (at[kind] or 0) + 1
    if at[kind] > 1 and at[kind] <= total[kind] - MOST + 1 then
      if call('HGET', K .. 'mark', m) == id then call('HDEL', K .. 'mark', m) end
    else
      out[#out + 1] = m .. '\n'
    end
  end
  return table.concat(out)
end

-- sign adds marks to an article's, with its latest revision.
local function sign(id, rev, marks)
  local fresh = {}
  for _, m in ipairs(marks) do
    if m ~= '' and call('HSETNX', K .. 'mark', m, id) == 1 then fresh[#fresh + 1] = m end
  end
  local names = call('HGET', K .. 'names', id)
  local have = names and string.match(names, '^%d+ (.*)$') or ''
  if #fresh > 0 then have = trim(have .. table.concat(fresh, '\n') .. '\n', id) end
  call('HSET', K .. 'names', id, rev .. ' ' .. have)
end

local function revision(id)
  local names = call('HGET', K .. 'names', id)
  return tonumber(names and string.match(names, '^%d+') or 0)
end

-- drop_old deletes the former revisions of an article.
local function drop_old(id)
  local latest = revision(id)
  for r = math.max(1, latest - MOST), latest - 1 do call('DEL', K .. 'old:' .. int(r) .. ':' .. id) end
end
