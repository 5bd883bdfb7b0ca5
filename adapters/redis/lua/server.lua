-- Names the process that serves these keys; empty where it has no name.
-- KEYS: 1 prefix.
local info = redis.pcall('INFO', 'server')
return type(info) == 'string' and string.match(info, 'run_id:(%x+)') or ''
