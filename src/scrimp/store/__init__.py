"""What scrimp keeps on disk: a cache of completions and a ledger of every call, each an SQLite file."""
