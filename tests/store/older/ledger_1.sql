-- A ledger of schema 1: two calls recorded, one in flight that was never recorded, and one that was recorded since.
PRAGMA journal_mode = WAL;
CREATE TABLE entries (id INTEGER PRIMARY KEY, call TEXT NOT NULL UNIQUE, run TEXT NOT NULL, time REAL NOT NULL,
  provider TEXT NOT NULL, model TEXT NOT NULL, status TEXT NOT NULL, seconds REAL NOT NULL, input INTEGER,
  output INTEGER, cache_read INTEGER, cache_write INTEGER, cache_write_long INTEGER, reasoning INTEGER,
  cost_nano INTEGER, price TEXT, estimated INTEGER NOT NULL, tier TEXT, chain TEXT, step INTEGER NOT NULL,
  http INTEGER, error TEXT, key TEXT NOT NULL, route TEXT, user TEXT, tags TEXT NOT NULL);
CREATE INDEX entries_time ON entries (time);
CREATE INDEX entries_run ON entries (run);
CREATE TABLE in_flight (call TEXT PRIMARY KEY, pid INTEGER NOT NULL, entry BLOB NOT NULL);
INSERT INTO entries VALUES
  (1, 'c1', 'r1', 1764000000.25, 'openai', 'gpt-6-luna', 'paid', 0.5, 212, 3, 10, 0, 0, 0, 11800, '2026-11-09', 0,
   'simple', NULL, 0, 200, NULL, 'ab', 'support', 'ada', '{"team":"blue"}'),
  (2, 'c2', 'r1', 1764000001, 'anthropic', 'claude', 'failed', 0.1, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0,
   NULL, 'c', 1, 529, 'overloaded', 'ac', NULL, NULL, '{}');
INSERT INTO in_flight VALUES
  ('c3', 1, '{"call":"c3","run":"r1","time":1764000002.0,"provider":"openai","model":"gpt-6-luna","status":"lost","seconds":0.0,"key":"ad","tags":{"team":"red"}}'),
  ('c1', 1, '{"call":"c1","run":"r1","time":1764000000.0,"provider":"openai","model":"gpt-6-luna","status":"lost","seconds":0.0}');
PRAGMA user_version = 1;
