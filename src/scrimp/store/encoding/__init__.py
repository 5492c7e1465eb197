"""How values are written: records of a journal, answers of the cache, dollars of the ledger."""
