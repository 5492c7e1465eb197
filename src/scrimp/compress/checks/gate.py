"""The check after every rule: a rule that lost anything is taken back."""

from __future__ import annotations

from collections.abc import Callable

from scrimp.compress.checks.facts import FactKind, gained_facts, lost_facts
from scrimp.compress.zones import protected_spans

Rewrite = Callable[[str], str]
# Returns in a few words what a rewrite lost, or None.
Check = Callable[[str, str], str | None]

LONGER = "the text would get longer"
_TOKEN_KINDS: tuple[FactKind, ...] = ("url", "email", "path", "ident", "flag")
_MAX_SHOWN = 40


def apply_checked(text: str, rewrite: Rewrite, check: Check) -> tuple[str, str | None]:
    """Return the rewritten text, or the original and the reason why the check failed."""
    after = rewrite(text)
    if after == text:
        return text, None
    if len(after) > len(text):
        return text, LONGER
    reason = check(text, after)
    return (after, None) if reason is None else (text, reason)


def tokens_cut(before: str, after: str, count: Callable[[str], int]) -> int:
    """Return how many tokens a change saves: of indented JSON half a token for each indentation, without counting."""
    indents = before.count("\n  ")
    if before[:1] in {"[", "{"} and indents and 2 * indents >= before.count(", ") + before.count(": "):
        return indents // 2
    return count(before) - count(after)


def all_of(*checks: Check) -> Check:
    """Return a check that returns the first reason of several."""

    def first_reason(before: str, after: str) -> str | None:
        return next((reason for check in checks if (reason := check(before, after)) is not None), None)

    return first_reason


def same_facts(before: str, after: str) -> str | None:
    """Check that every fact occurs as often as before."""
    return next((f"{fact.kind} {_abbreviated(fact.value)} is lost" for fact in lost_facts(before, after)), None)


def no_new_facts(before: str, after: str) -> str | None:
    """Check that no identifier, link, path or flag is new, as joined words would be."""
    new = gained_facts(before, after, kinds=_TOKEN_KINDS)
    return next((f"{fact.kind} {_abbreviated(fact.value)} is new" for fact in new), None)


def same_words(before: str, after: str) -> str | None:
    """Check that no word was joined, split, dropped or moved."""
    old, new = before.split(), after.split()
    if old == new:
        return None
    at = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(new))
    return f"word {_abbreviated(old[at])} changed" if at < len(old) else f"word {_abbreviated(new[len(old)])} was added"


def same_code(before: str, after: str) -> str | None:
    """Check that every fenced block of code is unchanged."""
    return None if _code(before) == _code(after) else "code changed"


def _code(text: str) -> list[str]:
    return [text[f.start : f.end] for f in protected_spans.fences(text) if f.info not in protected_spans.DATA_FENCES]


def _abbreviated(value: str) -> str:
    return value if len(value) <= _MAX_SHOWN else f"{value[:_MAX_SHOWN]}\N{HORIZONTAL ELLIPSIS}"
