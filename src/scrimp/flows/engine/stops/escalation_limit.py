"""The limit of a chain's escalations: where more rows than allowed reach its last step, the run stops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from scrimp.errors import LIMIT_REACHED
from scrimp.flows.engine.stops.run_stop import RunStop
from scrimp.values import Chain, Entry

# Rows before a share is enough to stop for, and enough to warn of.
ROWS_TO_STOP = 50
ROWS_TO_WARN = 20


class EscalationLimit:
    """Counts the rows of each chain that has a limit, and those of them that reached its last step."""

    def __init__(self, warn: Callable[[str], None] = lambda _: None) -> None:
        self._warn = warn
        self._rows: Counter[str] = Counter()
        self._escalated: Counter[str] = Counter()
        self._warned: set[str] = set()

    def observe(self, chain: Chain, entries: tuple[Entry, ...]) -> RunStop | None:
        """Count a row that was called; return the stop once too many rows have escalated."""
        return self.observe_step(chain, max(entry.step for entry in entries)) if entries else None

    def observe_step(self, chain: Chain, reached: int) -> RunStop | None:
        """Count a row by the last step that it asked for; return the stop once too many rows have escalated."""
        limit, name, last = chain.max_escalation, chain.name, len(chain.steps) - 1
        if limit is None or name is None or last < 1:
            return None
        self._rows[name] += 1
        self._escalated[name] += reached == last
        rows, escalated = self._rows[name], self._escalated[name]
        if rows < ROWS_TO_WARN or escalated <= limit * rows:
            return None
        message = (
            f"{escalated:,} of {rows:,} rows reached the last step of chain '{name}', more than its max_escalation of "
            f"{100 * limit:g} %: "
        )
        if rows >= ROWS_TO_STOP:
            advice = "choose other cheap models, or raise it"
            return RunStop("escalation", f"stopped: {message}{advice}", LIMIT_REACHED, abandons=True)
        if name not in self._warned:
            self._warned.add(name)
            self._warn(f"{message}the run stops if it is still so after {ROWS_TO_STOP} rows")
        return None
