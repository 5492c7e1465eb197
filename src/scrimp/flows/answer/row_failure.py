"""Why a row has no completion that may be given out, and which of its attempts it reports then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from scrimp.failures import policy_of
from scrimp.flows.plan.expected.said import said_of
from scrimp.values import Attempt, Completion, Failed, Failure, TooDear

if TYPE_CHECKING:
    from scrimp.enums import CacheUse, FailureKind, RowStatus, StopReason
    from scrimp.flows.plan.planned_row import PlannedRow


def nothing_to_ask(row: PlannedRow, cache_use: CacheUse) -> Failed:
    """Return the outcome of a row without a prompt, for which nothing is called."""
    failure = Failure(kind="invalid", message=row.prompt.defect, sent=False)
    return Failed(prompt=row.prompt, failure=failure, status="error", cache=cache_use)


def skipped(row: PlannedRow, dear: TooDear, cache_use: CacheUse) -> Failed:
    """Return the outcome of a row that costs more than it may, for which nothing is called."""
    failure = Failure(kind="budget", message=said_of(dear), sent=False, rule_only=True)
    return Failed(prompt=row.prompt, failure=failure, status="skipped", cache=cache_use, dear=dear)


def last_heard(attempts: Sequence[Attempt]) -> Attempt:
    """Return the attempt a row without a valid completion reports: the last, or the one it failed to correct."""
    last = attempts[-1]
    before = attempts[-2] if len(attempts) > 1 else last
    corrected = before.step == last.step and before.completion is not None and not before.valid
    return before if last.completion is None and corrected else last


def is_of_other_rows(failure: Failure) -> bool:
    """Return whether no request was made for a row because its models were given up before its turn."""
    return not failure.sent and (policy_of(failure).fails_over or failure.http is not None)


def is_no_limit(attempt: Attempt) -> bool:
    """Return whether an attempt came to its end otherwise than by a limit of what may be spent."""
    return attempt.failure is None or attempt.failure.kind != "budget"


def failure_of(attempt: Attempt) -> tuple[Failure, RowStatus]:
    """Return why a row has no completion that may be given out, and its status."""
    if attempt.completion is not None and (early := _early_stop(attempt.completion)):
        return early, "truncated" if attempt.completion.stop_reason == "length" else "error"
    if attempt.failure is not None:
        return attempt.failure, "skipped" if attempt.failure.kind == "budget" else "error"
    return Failure(kind="schema", http=200, message=f"the completion was not accepted: {attempt.why}"), "error"


def _early_stop(completion: Completion) -> Failure | None:
    """Return the failure that a completion's stop reason means, None for one that came to its end."""
    model, word = completion.model, completion.finish_reason
    failures: Mapping[StopReason, tuple[FailureKind, str]] = {
        "length": ("too_long", "the completion was cut off at its token cap: raise --max-output"),
        "refused": ("refused", f"{model} declined to answer"),
        "tool": ("invalid", f"{model} stopped to call a tool ({word}), and scrimp offers none: reword the prompt"),
        "error": ("server", f"{model} stopped on an error of its provider ({word}): rerun the same command"),
        "unknown": ("server", f"{model} gave {_finish(word)}, so the completion may be cut off"),
    }  # fmt: skip
    if completion.stop_reason not in failures:
        return None
    if completion.stop_reason == "length" and not completion.text.strip():
        words = "the token cap was used up before any text came: raise --max-output, or lower --effort"
        return Failure(kind="too_long", http=200, message=words)
    kind, message = failures[completion.stop_reason]
    return Failure(kind=kind, http=200, message=message)


def _finish(word: str) -> str:
    return f"the finish reason '{word}', which is not known" if word else "no finish reason"
