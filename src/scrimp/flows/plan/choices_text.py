"""The sentence that tells a model the labels of --choices, for prompts that do not name them themselves.

It goes into the system text: above whatever the prompt quotes, the same for all rows, so that providers' prompt caches
match, and the prompt itself stays as it was written, down to a last line such as "Label:".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from scrimp.answers.labels import listed
from scrimp.values import Prompt

PLACEHOLDER = "{choices}"
DEFAULT_CHOICES_TEXT = f"Reply with exactly one of these labels and nothing else: {PLACEHOLDER}."
# Characters between two labels of a list; farther apart they are words of a text that happen to be labels.
_FARTHEST = 60
_FIRST_UNSPACED = "\u2e80"  # from here on scripts write no spaces between words


def choices_text(prompt: Prompt, choices: tuple[str, ...], text: str | None) -> str | None:
    """Return the sentence to add to a prompt's system text, None for none.

    `text` is the user's own sentence, which is always added (empty: nothing is); without it scrimp's own is added
    unless the prompt, its system text and earlier turns name all labels.
    """
    if not choices or text == "":
        return None
    given = (prompt.system or "", *(turn.content for turn in (*prompt.history, *prompt.after)), prompt.text)
    if text is None and names_all("\n".join(given), choices):
        return None
    return (text or DEFAULT_CHOICES_TEXT).replace(PLACEHOLDER, listed(choices))


def names_all(text: str, choices: tuple[str, ...]) -> bool:
    """Return whether a text lists every label, as a word and close to the others."""
    places: list[tuple[int, int, int]] = []  # start, end, label
    for number, expression in enumerate(_expressions(choices)):
        found = [(*match.span(), number) for match in expression.finditer(text)]
        if not found:
            return False
        places += found
    return _stand_together(sorted(places), len(choices))


def _stand_together(places: Sequence[tuple[int, int, int]], count: int) -> bool:
    """Return whether all labels occur in a stretch without wide gaps."""
    seen: set[int] = set()
    last_end = 0
    for start, end, label in places:
        if start - last_end > _FARTHEST:
            seen.clear()
        seen.add(label)
        last_end = max(last_end, end)
        if len(seen) == count:
            return True
    return False


@lru_cache(maxsize=8)
def _expressions(choices: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Return the patterns that find each label as a word."""
    return tuple(map(_expression, choices))


def _expression(label: str) -> re.Pattern[str]:
    """A label is found in any case, but for a single letter: "a" is an article, "A" an option."""
    spelled = r"\s+".join(map(re.escape, label.split()))
    case = "" if len(label) == 1 else "(?i)"
    return re.compile(case + (spelled if label > _FIRST_UNSPACED else rf"(?<![\w-]){spelled}(?![\w-])"))
