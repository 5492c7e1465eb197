"""How deep the JSON of a completion may be nested: what reads it is recursive, and no answer needs a hundred levels."""

from __future__ import annotations

MAX_DEPTH = 100


def nested_too_deep(value: object) -> bool:
    """Return whether a value has more lists and objects in each other than `MAX_DEPTH`."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH + 1):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, (list, tuple)):
                inner += each
        if not inner:
            return False
        level = inner
    return True
