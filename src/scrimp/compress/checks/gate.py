"""Take a rule back where it lost something: the check after every rule."""

from __future__ import annotations

from collections.abc import Callable

from scrimp.compress.checks.facts import FactKind, gained_facts, lost_facts
from scrimp.compress.zones import protected_spans

Rewrite = Callable[[str], str]
# A check names in a few words what got lost, or nothing.
Check = Callable[[str, str], str | None]

_TOKEN_KINDS: tuple[FactKind, ...] = ("url", "email", "path", "ident", "flag")
_MAX_SHOWN = 40


def apply_checked(zone_text: str, rule: Rewrite, check: Check) -> tuple[str, str | None]:
    """Return what the rule made of the text, or the text as it was and the reason."""
    after = rule(zone_text)
    if after == zone_text:
        return zone_text, None
    if len(after) > len(zone_text):
        return zone_text, "longer"
    reason = check(zone_text, after)
    return (after, None) if reason is None else (zone_text, reason)


def all_of(*checks: Check) -> Check:
    """Return a check that gives the first reason of several."""

    def check(before: str, after: str) -> str | None:
        return next((reason for each in checks if (reason := each(before, after)) is not None), None)

    return check


def same_facts(before: str, after: str) -> str | None:
    """Every fact is still said, as often as it was."""
    return next((f"{fact.kind} {_abbreviated(fact.value)} lost" for fact in lost_facts(before, after)), None)


def no_new_facts(before: str, after: str) -> str | None:
    """No identifier, link, path or flag appeared: words run together would make one."""
    new = gained_facts(before, after, kinds=_TOKEN_KINDS)
    return next((f"{fact.kind} {_abbreviated(fact.value)} invented" for fact in new), None)


def same_words(before: str, after: str) -> str | None:
    """No visible word was merged, split, dropped or moved."""
    old, new = before.split(), after.split()
    if old == new:
        return None
    at = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(new))
    return f"word {_abbreviated(old[at])} changed" if at < len(old) else f"word {_abbreviated(new[len(old)])} added"


def same_code(before: str, after: str) -> str | None:
    """Every fenced block of code is what it was, byte for byte."""
    return None if _code(before) == _code(after) else "code changed"


def _code(text: str) -> list[str]:
    return [text[f.start : f.end] for f in protected_spans.fences(text) if f.info not in protected_spans.DATA_FENCES]


def _abbreviated(value: str) -> str:
    return value if len(value) <= _MAX_SHOWN else f"{value[:_MAX_SHOWN]}\N{HORIZONTAL ELLIPSIS}"
