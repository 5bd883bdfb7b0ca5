-- Stores at the first start how many shards the outbox has.
-- KEYS: 1 prefix of the subscriptions. ARGV: 1 shards. Returns the number that
-- is stored.
call('HSETNX', K .. 'meta', 'shards', ARGV[1])
return call('HGET', K .. 'meta', 'shards')
