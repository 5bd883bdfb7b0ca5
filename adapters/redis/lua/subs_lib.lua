-- What every script on subscriptions begins with.
-- KEYS[1] is the prefix of all keys here, with their hash tag:
--   meta     hash of counters: "ids" of subscriptions, "rev" of changes; "last",
--            the id of the last change
--   sub      hash from id to record: "ID NUMBER REV CANON DEST OWNER JSON",
--            CANON a hash of the canonical query
--   d:DEST   hash of a destination: "#" the last number given, "n:NUMBER" and
--            "q:CANON" the id that has them, "call" the word of the latest call
--            that added or removed, with what it answers if it comes again
--   o:OWNER  set of the ids that a person owns
--   ws       hash from "PLATFORM/ID" to a workspace, "REV JSON"
--   set      hash from destination to its settings, "REV JSON"
--   log      stream of changes: s ID changed, r ID removed, d DEST settings
--            changed. It names, the records tell. Ids are REV-TIME, revisions
--            without holes; the time (µs) tells a change from another of the
--            same number after the store has lost some.
local K = KEYS[1]
local call = redis.call

local function int(n) return string.format('%.0f', n) end

local function log(kind, name, length)
  local rev = int(call('HINCRBY', K .. 'meta', 'rev', 1))
  local t = call('TIME')
  local id = rev .. '-' .. int(tonumber(t[1]) * 1000000 + tonumber(t[2]))
  call('XADD', K .. 'log', 'MAXLEN', '~', length, id, kind, name)
  call('HSET', K .. 'meta', 'last', id)
  return rev
end

local function parse(record)
  local id, number, rev, canon, dest, owner, json =
    string.match(record, '^(%d+) (%d+) (%d+) (%S+) (%S+) (%S+) (.*)$')
  return {id = id, number = number, rev = rev, canon = canon, dest = dest, owner = owner, json = json}
end

local function store(r)
  local record = table.concat({r.id, r.number, r.rev, r.canon, r.dest, r.owner, r.json}, ' ')
  call('HSET', K .. 'sub', r.id, record)
  return record
end

local function remove(record, length)
  local r = parse(record)
  call('HDEL', K .. 'sub', r.id)
  call('HDEL', K .. 'd:' .. r.dest, 'n:' .. r.number)
  if call('HGET', K .. 'd:' .. r.dest, 'q:' .. r.canon) == r.id then
    call('HDEL', K .. 'd:' .. r.dest, 'q:' .. r.canon)
  end
  call('SREM', K .. 'o:' .. r.owner, r.id)
  log('r', r.id, length)
end

-- ids_in gives the ids of the subscriptions of a destination.
local function ids_in(dest)
  local ids = {}
  local all = call('HGETALL', K .. 'd:' .. dest)
  for i = 1, #all, 2 do
    if string.sub(all[i], 1, 2) == 'n:' then ids[#ids + 1] = all[i + 1] end
  end
  return ids
end
