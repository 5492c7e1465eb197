"""Merging the ledgers of other homes into that of this one."""

from __future__ import annotations

from pathlib import Path

from scrimp.config.paths import Paths, expanded
from scrimp.errors import InputError, UsageError
from scrimp.store.journal import PREFIX
from scrimp.store.merging.merge import MergedLedger, merge_ledger


def merge(paths: Paths, name: str) -> tuple[MergedLedger, int]:
    """Merge the ledger of a home, or a ledger's file; return what it brought, and how many runs have journals there.

    A journal has the last calls of a run that goes on or was killed.
    """
    source = _ledger_of(expanded(name, "the name of a ledger"))
    if paths.ledger_db.exists() and source.samefile(paths.ledger_db):
        raise UsageError(f"{name} is the ledger of this home: name those of others, or set SCRIMP_HOME")
    merged = merge_ledger(source, paths.ledger_db)
    runs = {path.name.rpartition("-")[0] for path in source.parent.glob(f"{PREFIX}*.jsonl")}
    return merged, len(runs)


def _ledger_of(path: Path) -> Path:
    try:
        source = path / "ledger.db" if path.is_dir() else path
        source.stat()
    except (OSError, ValueError) as error:  # ValueError: a NUL byte
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} has no ledger ({reason}): name a home of scrimp, or a ledger.db") from error
    return source
