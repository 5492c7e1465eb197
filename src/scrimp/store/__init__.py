"""The door to what scrimp remembers: a cache of completions and a ledger of every call, each an SQLite file."""
