"""What a script without scrimp does: `sqlite3`, `json`, a look-up a row and a commit a row.

`python naive.py ROWS OUT DATABASE` answers each row from the database; what is not there is made up at once, as if the
provider took no time, and kept. Run twice, it inserts every row and then only reads.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys


def main(rows: str, out: str, database: str) -> None:
    # No more and no less careful than scrimp's own store: a write-ahead log, and every commit is synced.
    db = sqlite3.connect(database)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE IF NOT EXISTS cache (key TEXT PRIMARY KEY, completion TEXT NOT NULL)")
    with open(rows, encoding="utf-8") as lines, open(out, "w", encoding="utf-8") as answers:
        for line in lines:
            row = json.loads(line)
            key = hashlib.sha256(row["prompt"].encode()).hexdigest()
            found = db.execute("SELECT completion FROM cache WHERE key = ?", (key,)).fetchone()
            if found is None:
                completion = json.dumps({"output": "positive", "usage": {"input": 20, "output": 2}})
                db.execute("INSERT INTO cache VALUES (?, ?)", (key, completion))
                db.commit()
            else:
                completion = found[0]
            answers.write(json.dumps(row | json.loads(completion)) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
