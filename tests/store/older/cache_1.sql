-- A cache of schema 1: one completion with a known cost, and an older one without.
PRAGMA journal_mode = WAL;
CREATE TABLE cache (key BLOB PRIMARY KEY, created REAL NOT NULL, run TEXT NOT NULL, model TEXT NOT NULL,
  cost_nano INTEGER, answer BLOB NOT NULL);
CREATE INDEX cache_created ON cache (created);
INSERT INTO cache VALUES
  (x'0101010101010101010101010101010101010101010101010101010101010101', 1764000000.25, 'r1', 'gpt-6-luna', 11800,
   CAST('{"output":"18","model":"gpt-6-luna","provider":"openai","finish_reason":"stop","cost":"0.0000118"}' AS BLOB)),
  (x'0202020202020202020202020202020202020202020202020202020202020202', 1763000000, 'r0', 'claude', NULL,
   CAST('{"output":"19","model":"claude","provider":"anthropic","finish_reason":"stop","cost":null}' AS BLOB));
PRAGMA user_version = 1;
