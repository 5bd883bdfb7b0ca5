-- Lets a call through, or says how long to wait.
-- KEYS: 1 prefix. ARGV: 1 who (empty: before those who wait), 2 name of the
-- limit, 3 calls that it allows in 4 microseconds, 5 bucket; 2 and 5 may be
-- empty. Returns microseconds, 0: go on.
--   hash "rate:NAME"   "stop": nothing before, "next": the next free turn,
--                      "n": calls let through
--   zset "went:NAME"   calls of late, by when they were let through
--   zset "turns:NAME"  who waits, by when it is their turn
--   zset "resets"      buckets, by when they are full again
--   hash "left"        calls left in a bucket until then; -1 where one was let
--                      through and its answer is to tell
-- Times are microseconds of Redis. A limit keeps the calls of its length, and
-- the turns of those who wait until ten seconds after; a bucket is kept until a
-- minute after it was full again. Each call that goes deletes what is older. A
-- limit that nobody asks for any more, as that of a workspace that has gone,
-- expires; nothing relies on that.
local K = KEYS[1]
local call = redis.call
local who, name, calls, per, bucket = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local t = call('TIME')
local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
local early = 1000 -- who comes a little before its turn has it
local forgotten = 10000000 -- a turn that nobody took
local kept = 60000000 -- a bucket that is full again
local probe = 1000000 -- a call to a bucket that nothing is known of
local answered = 50000 -- what its answer may take

local function int(n) return string.format('%.0f', n) end

local rate, went, turns = K .. 'rate:' .. name, K .. 'went:' .. name, K .. 'turns:' .. name

-- expire lets the keys of a limit go that has nothing to tell any more.
local function expire()
  local stop = tonumber(call('HGET', rate, 'stop') or 0)
  local next = tonumber(call('HGET', rate, 'next') or 0)
  local ms = int((math.max(stop, next, now) - now + per + 2 * forgotten) / 1000)
  for _, key in ipairs({rate, went, turns}) do call('PEXPIRE', key, ms) end
end

if name ~= '' then
  local stop = tonumber(call('HGET', rate, 'stop') or 0)
  if stop > now then -- those who keep turns come one after the other behind it
    local turn = stop
    if who ~= '' then
      turn = tonumber(call('ZSCORE', turns, who) or 0)
      if turn < stop then
        turn = math.max(stop, tonumber(call('HGET', rate, 'next') or 0))
        call('HSET', rate, 'next', int(turn + math.floor(per / calls)))
        call('ZADD', turns, int(turn), who)
        expire()
      end
    end
    return turn - now
  end
end

local reset = nil
if bucket ~= '' then
  reset = tonumber(call('ZSCORE', K .. 'resets', bucket) or 0)
  local left = tonumber(call('HGET', K .. 'left', bucket) or 0)
  if reset > now and left < 0 then return math.min(reset - now, answered) end
  if reset > now and left == 0 then return reset - now end
end

if name ~= '' then
  call('ZREMRANGEBYSCORE', went, '-inf', int(now - per))
  call('ZREMRANGEBYSCORE', turns, '-inf', int(now - forgotten))
  local n = call('ZCARD', went)
  -- when one more than ahead is let through
  local function free(most, span, ahead)
    if n == 0 or n - most + ahead < 0 then return now end
    local at = math.min(n - most + ahead, n - 1)
    return math.max(now, tonumber(call('ZRANGE', went, at, at, 'WITHSCORES')[2]) + span)
  end
  -- Of those who keep turns no more than a fifth goes in hardly less than a
  -- fifth of the time: what leaves all at once comes later than it left, and
  -- then is too much together with what left after it.
  local some = math.ceil(calls / 5)
  local function even(ahead)
    return math.max(free(calls, per, ahead), free(some, math.floor(0.9 * per * some / calls), ahead))
  end
  local turn, open = now, free(calls, per, 0)
  if who ~= '' then
    turn, open = tonumber(call('ZSCORE', turns, who) or 0), even(0)
  end
  if turn == 0 then
    if open > now or n + call('ZCARD', turns) >= calls then -- behind those who wait
      turn = math.max(open, now + early, tonumber(call('HGET', rate, 'next') or 0))
      call('HSET', rate, 'next', int(turn + math.floor(per / calls)))
      call('ZADD', turns, int(turn), who)
      expire()
      return turn - now
    end
  elseif turn > now + early then
    return turn - now
  elseif open > now then -- after those whose turn was before
    if who ~= '' then open = even(call('ZCOUNT', turns, '-inf', '(' .. int(turn))) end
    return math.max(open - now, early)
  end
  if who ~= '' then call('ZREM', turns, who) end
  call('ZADD', went, int(now), int(call('HINCRBY', rate, 'n', 1)))
  expire()
end

if bucket ~= '' then
  if reset > now then
    call('HINCRBY', K .. 'left', bucket, -1)
  else
    call('HSET', K .. 'left', bucket, -1)
    call('ZADD', K .. 'resets', int(now + probe), bucket)
  end
  for _, old in ipairs(call('ZRANGEBYSCORE', K .. 'resets', '-inf', int(now - kept), 'LIMIT', 0, 20)) do
    call('ZREM', K .. 'resets', old)
    call('HDEL', K .. 'left', old)
  end
end
return 0
