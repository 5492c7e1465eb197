-- A store of batches of schema 8: calls with what their rows ask.
PRAGMA journal_mode = WAL;
CREATE TABLE calls (id INTEGER PRIMARY KEY, shard INTEGER NOT NULL REFERENCES shards, number INTEGER NOT NULL, key BLOB NOT NULL, question INTEGER NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL, status INTEGER NOT NULL DEFAULT 0, request_id TEXT, reply BLOB, why TEXT NOT NULL DEFAULT '', holder TEXT, most INTEGER, cost INTEGER, asked BLOB);
INSERT INTO "calls" VALUES(1,1,1,X'0101010101010101010101010101010101010101010101010101010101010101',7,'rows.txt:1','answered',200,NULL,X'7801AB56CA4C51B252AA50AA050010AD0300','','b1',NULL,57000,X'0101010101010101');
INSERT INTO "calls" VALUES(2,1,2,X'0202020202020202020202020202020202020202020202020202020202020202',7,'rows.txt:1','waiting',200,NULL,NULL,'','b1',180000,NULL,X'0202020202020202');
CREATE TABLE jobs (job TEXT PRIMARY KEY, created REAL NOT NULL, folder TEXT NOT NULL, command TEXT NOT NULL, digest TEXT NOT NULL, input TEXT, deadline REAL, queue TEXT, cancelled INTEGER NOT NULL, ended REAL, cheap_from REAL, for_later INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
INSERT INTO "jobs" VALUES('b1',10.0,'/work','["rows.txt"]','d',NULL,NULL,NULL,0,NULL,NULL,0);
CREATE TABLE live_calls (key BLOB NOT NULL, question INTEGER NOT NULL, job TEXT NOT NULL REFERENCES jobs, completion BLOB NOT NULL, PRIMARY KEY (key, question, job)) WITHOUT ROWID;
CREATE TABLE shard_jobs (shard INTEGER NOT NULL REFERENCES shards, job TEXT NOT NULL REFERENCES jobs, own INTEGER, shared INTEGER, PRIMARY KEY (shard, job)) WITHOUT ROWID;
CREATE TABLE shards (id INTEGER PRIMARY KEY, shard TEXT NOT NULL UNIQUE, job TEXT NOT NULL REFERENCES jobs, provider TEXT NOT NULL, model TEXT NOT NULL, path TEXT NOT NULL, requests INTEGER NOT NULL, size INTEGER NOT NULL, state TEXT NOT NULL, created REAL NOT NULL, window REAL, file TEXT, batch TEXT, word TEXT, answered INTEGER, failed INTEGER, expires REAL, submitted REAL, ended REAL, held_until REAL, parent TEXT, error TEXT, reported_cost TEXT, tokens_in INTEGER, tokens_out INTEGER, odd_results INTEGER NOT NULL, queue TEXT, adopted INTEGER NOT NULL DEFAULT 0);
INSERT INTO "shards" VALUES(1,'b1-001','b1','openai','gpt-6-luna','/v1/chat/completions',2,400,'submitted',11.0,NULL,NULL,'batch_1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,0);
CREATE INDEX shards_job ON shards (job);
CREATE UNIQUE INDEX calls_key ON calls (key, shard);
CREATE INDEX calls_shard ON calls (shard);
CREATE INDEX calls_asked ON calls (asked) WHERE asked IS NOT NULL;
CREATE INDEX calls_holder ON calls (holder) WHERE holder IS NOT NULL;
PRAGMA user_version = 8;
