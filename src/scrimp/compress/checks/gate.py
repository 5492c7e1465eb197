"""The check after every rule: a rule that lost anything is taken back."""

from __future__ import annotations

from collections.abc import Callable

Rewrite = Callable[[str], str]
# Returns in a few words what a rewrite lost, or None.
Check = Callable[[str, str], str | None]

LONGER = "the text would get longer"


def apply_checked(text: str, rewrite: Rewrite, *checks: Check) -> tuple[str, str | None]:
    """Return the rewritten text, or the original and the reason why a check failed."""
    after = rewrite(text)
    if after == text:
        return text, None
    reason = LONGER if len(after) > len(text) else next(filter(None, (check(text, after) for check in checks)), None)
    return (after, None) if reason is None else (text, reason)


def tokens_cut(before: str, after: str, count: Callable[[str], int]) -> int:
    """Return how many tokens a change saves: of indented JSON half a token for each indentation, without counting."""
    indents = before.count("\n  ")
    if before[:1] in {"[", "{"} and indents and 2 * indents >= before.count(", ") + before.count(": "):
        return indents // 2
    return count(before) - count(after)
