"""The brake of a chain: where more rows climb to its last step than was allowed, the run stops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from scrimp.failures import LIMIT_REACHED
from scrimp.flows.engine.run_stop import RunStop
from scrimp.values import Chain, Entry

# Rows before a share says enough to stop for, and enough to warn of.
LEAST = 50
EARLY = 20


class EscalationLimit:
    """Counts the rows of each chain that has a limit, and those of them that reached its last step."""

    def __init__(self, warn: Callable[[str], None] = lambda _: None) -> None:
        self._warn = warn
        self._rows: Counter[str] = Counter()
        self._climbed: Counter[str] = Counter()
        self._warned: set[str] = set()

    def saw(self, chain: Chain, entries: tuple[Entry, ...]) -> RunStop | None:
        """Note a row that was called; return the stop once too many have climbed."""
        limit, name, last = chain.max_escalation, chain.name, len(chain.steps) - 1
        if limit is None or name is None or last < 1 or not entries:
            return None
        self._rows[name] += 1
        self._climbed[name] += max(entry.step for entry in entries) == last
        rows, climbed = self._rows[name], self._climbed[name]
        if rows < EARLY or climbed <= limit * rows:
            return None
        said = (
            f"{climbed:,} of {rows:,} rows went up to the last step of chain '{name}', more than its max_escalation of "
            f"{100 * limit:g} %: "
        )
        if rows >= LEAST:
            return RunStop(
                "escalation", f"stopped: {said}choose other cheap models, or raise it", LIMIT_REACHED, abandons=True
            )
        if name not in self._warned:
            self._warned.add(name)
            self._warn(f"{said}the run stops if it is still so after {LEAST} rows")
        return None
