-- A ledger of schema 16: ids that are hexadecimal are packed in later entries; those of these rows are not.
PRAGMA journal_mode = WAL;
CREATE TABLE entries (id INTEGER PRIMARY KEY, call TEXT NOT NULL UNIQUE, run TEXT NOT NULL, time REAL NOT NULL,
  provider TEXT NOT NULL, model TEXT NOT NULL, status TEXT NOT NULL, seconds REAL NOT NULL, input INTEGER,
  output INTEGER, cache_read INTEGER, cache_write INTEGER, cache_write_long INTEGER, reasoning INTEGER,
  cost_nano INTEGER, price TEXT, estimated INTEGER NOT NULL, tier TEXT, chain TEXT, step INTEGER NOT NULL,
  http INTEGER, error TEXT, key TEXT NOT NULL, route TEXT, user TEXT, tags TEXT NOT NULL, signature TEXT,
  cost_pico INTEGER NOT NULL DEFAULT 0, answered_by TEXT, effort TEXT, escalated INTEGER,
  unread INTEGER, batch TEXT, attempt INTEGER, retry INTEGER,
  most_input INTEGER, most_output INTEGER, reply_id TEXT);
CREATE TABLE entry_changes (id INTEGER PRIMARY KEY, time REAL NOT NULL);
CREATE TRIGGER entries_updated AFTER UPDATE ON entries BEGIN
  INSERT INTO entry_changes (time) VALUES (OLD.time), (NEW.time); END;
CREATE TRIGGER entries_deleted AFTER DELETE ON entries BEGIN
  INSERT INTO entry_changes (time) VALUES (OLD.time); END;
CREATE INDEX entries_time ON entries (time);
CREATE INDEX entries_run ON entries (run);
CREATE INDEX entries_lost ON entries (time) WHERE status = 'lost';
CREATE TABLE prompts (key TEXT PRIMARY KEY, time REAL NOT NULL, signature TEXT NOT NULL, kind TEXT NOT NULL,
  text TEXT NOT NULL, asked TEXT NOT NULL, named INTEGER NOT NULL DEFAULT 0, template TEXT, row_id TEXT, source TEXT,
  gold TEXT);
CREATE TABLE task_commands (signature TEXT PRIMARY KEY, command TEXT NOT NULL, time REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE replies (key TEXT NOT NULL REFERENCES prompts (key), model TEXT NOT NULL, time REAL NOT NULL,
  output TEXT NOT NULL, confidence REAL, cost_nano INTEGER, hedges INTEGER, words INTEGER, score REAL, scored_by TEXT,
  cost_pico INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (key, model)) WITHOUT ROWID;
CREATE TABLE runs (run TEXT PRIMARY KEY, started REAL NOT NULL, folder TEXT NOT NULL, command TEXT NOT NULL, ended REAL,
  status INTEGER, stopped TEXT, rows INTEGER, failed INTEGER, calls INTEGER, cost_nano INTEGER, unpriced INTEGER,
  bill TEXT, document TEXT, kind TEXT NOT NULL DEFAULT 'run',
  cost_pico INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE level_replies (key TEXT NOT NULL REFERENCES prompts (key), signature TEXT NOT NULL, model TEXT NOT NULL,
  level TEXT NOT NULL, keep REAL NOT NULL, sample INTEGER NOT NULL, time REAL NOT NULL, version TEXT NOT NULL,
  unchanged INTEGER NOT NULL, output TEXT NOT NULL, input INTEGER, cost_nano INTEGER, cost_pico INTEGER NOT NULL,
  score REAL, scored_by TEXT, PRIMARY KEY (key, signature, model, level, keep, sample)) WITHOUT ROWID;
CREATE TABLE level_looks (task TEXT NOT NULL, model TEXT NOT NULL, level TEXT NOT NULL, keep REAL NOT NULL,
  version TEXT NOT NULL, evidence TEXT NOT NULL, time REAL NOT NULL,
  PRIMARY KEY (task, model, level, keep, version, evidence)) WITHOUT ROWID;
CREATE TABLE route_checks (chain TEXT NOT NULL, key TEXT NOT NULL, time REAL NOT NULL, same INTEGER NOT NULL,
  PRIMARY KEY (chain, key)) WITHOUT ROWID;
CREATE INDEX runs_started ON runs (started);
INSERT INTO entries VALUES
  (1, 'c1', 'r1', 1764000000.25, 'openai', 'gpt-6-luna', 'paid', 0.5, 212, 3, 10, 0, 0, 0, 11800, '2026-11-09', 0,
   'simple', NULL, 0, 200, NULL, 'ab', 'support', 'ada', '{"team":"blue"}', NULL, 0, NULL, 'none', NULL, NULL,
   'b20261129-141500-abcdef-001', 0, 0, NULL, NULL, NULL),
  (2, 'c2', 'r1', 1764000001, 'anthropic', 'claude', 'failed', 0.1, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0,
   NULL, 'c', 1, 529, 'overloaded', 'ac', NULL, NULL, '{}', NULL, 0, NULL, NULL, 1, NULL, NULL, 1, 0, NULL, NULL, NULL),
  (3, 'c3', 'r1', 1764000002, 'openai', 'gpt-6-luna', 'lost', 0.0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0,
   NULL, NULL, 0, NULL, NULL, 'ad', NULL, NULL, '{"team":"red"}', NULL, 0, NULL, NULL, NULL, 0, NULL, 2, 1, 300, 64, 'gen-1');
INSERT INTO prompts VALUES
  ('ab', 1764000000.25, 's1', 'mathematics', 'How many?', '{"choices":["18","19"]}', 0, NULL, NULL, NULL, NULL);
INSERT INTO task_commands VALUES ('s1', '["in.jsonl"]', 1764000000.25);
INSERT INTO replies VALUES
  ('ab', 'openai/gpt-6-luna', 1764000000.25, '18', 0.75, 11800, 0, 1, 1.0, 'person', 0),
  ('ab', 'anthropic/claude', 1764000000.25, '19', NULL, NULL, NULL, NULL, NULL, NULL, 0);
INSERT INTO level_replies VALUES
  ('ab', 's1', 'openai/gpt-6-luna', 'lossless', 1.0, 0, 1764000000.25, '0f1e2d3c', 0, '18', 391, 11800, 0, NULL, NULL),
  ('ab', 's1', 'openai/gpt-6-luna', 'focus', 0.6, 0, 1764000001.25, '0f1e2d3c', 0, '19', 212, 7400, 500, 0.0, 'gold');
INSERT INTO level_looks VALUES
  ('s1', 'openai/gpt-6-luna', 'focus', 0.6, '0f1e2d3c', 'aa', 1764000002.25);
INSERT INTO route_checks VALUES ('tuned:s1@2026-11-09T14:03:21Z', 'ab', 1764000000.25, 1);
INSERT INTO runs VALUES
  ('r1', 1764000000.25, '/home/ada', '["in.jsonl","--tier","simple"]', 1764000002.5, 3, NULL, 2, 1, 3, 11800, 1,
   'what     cost
all 2    $0.0000118', '{"rows":{"total":2}}', 'run', 0),
  ('r0', 1763000000, '', '["-"]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'run', 0),
  ('r2', 1764000003, '/home/ada', '["...","--tier","simple"]', 1764000004, 0, NULL, 1, 0, 1, 5, 0, 'all 1', '{}', 'ask', 500);
PRAGMA user_version = 16;
