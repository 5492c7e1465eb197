"""Calls that an earlier command had in its bill: a later fetch makes a row of them again, and pays nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrimp.values import Answered, Outcome

if TYPE_CHECKING:
    from scrimp.store.ledger import Ledger


class PaidBefore:
    """What the ledger has of the calls of a job's rows from runs before this one."""

    def __init__(self, ledger: Ledger, run: str) -> None:
        self._ledger, self._run = ledger, run

    def without(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Return the outcomes with the calls of this run alone; a row whose calls are all earlier ones is a hit."""
        calls = [entry.call for outcome in outcomes for entry in outcome.entries]
        earlier = self._ledger.calls_of_other_runs(calls, self._run) if calls else set[str]()
        return [_without(outcome, earlier) for outcome in outcomes] if earlier else list(outcomes)


def _without(outcome: Outcome, earlier: set[str]) -> Outcome:
    here = tuple(entry for entry in outcome.entries if entry.call not in earlier)
    if len(here) == len(outcome.entries):
        return outcome
    if not isinstance(outcome, Answered):
        before = tuple(entry for entry in outcome.entries if entry.call in earlier)
        return replace(outcome, entries=here, paid_before=before, expected=outcome.expected if here else None)
    if here:
        return replace(outcome, entries=here)
    return replace(outcome, entries=(), entry=None, cache="hit", paid_by_another_run=True, expected=None)
