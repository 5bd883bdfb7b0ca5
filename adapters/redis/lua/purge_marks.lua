-- Deletes seen-marks or receipts.
-- KEYS: 1 shard prefix. ARGV: 1 bucket, then members or fields. Returns 1.
local verb = string.sub(ARGV[1], 1, 5) == 'seen:' and 'SREM' or 'HDEL'
for i = 2, #ARGV do call(verb, K .. ARGV[1], ARGV[i]) end
return 1
