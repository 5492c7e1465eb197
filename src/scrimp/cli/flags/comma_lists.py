"""Lists between commas, as --choices and --fields take them: an item with a comma in it is in quotes, as in CSV."""

from __future__ import annotations

from scrimp.errors import UsageError
from scrimp.regexes import pattern

_ITEM = r'\s*("(?:[^"]|"")*"|(?:[^",][^,]*?)?)\s*(?:,|$)'  # quotes are doubled inside quotes


def comma_list(text: str, flag: str) -> list[str]:
    """Return the items, without empty ones.

    Raises UsageError where there are none, as of a variable that is not set, and for quotes that do not enclose one.
    """
    items = _items(text, flag) if '"' in text else list(map(str.strip, text.split(",")))
    if not any(items):
        raise UsageError(f"{flag} '{text}' names nothing: write names with commas between them, or leave it out")
    return [item for item in items if item]


def _items(text: str, flag: str) -> list[str]:
    items, position = [], 0
    while position < len(text):
        match = pattern(_ITEM).match(text, position)
        if match is None:
            raise UsageError(f"{flag}: a quote at character {position + 1} does not close before a comma: close it")
        position = match.end()
        item = match[1]
        items.append(item[1:-1].replace('""', '"') if item.startswith('"') else item)
    return items
