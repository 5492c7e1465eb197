"""Check that a text is another with nothing but whole sentences, labels and lines left out.

The check knows neither how the rule splits a text nor what it selects: it cuts both texts wherever a sentence, label or
clause may end in any language, and the pieces of one must follow each other among those of the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ENDS = re.compile(
    r"(?<=[.!?:;>\]\u2026])[\"'\u201c\u201d\u2018\u2019\u00ab\u00bb)\]*_]*+\s+|(?<=[.!?])(?=[\[:])"
    r"|(?<=[\u3002\uff01\uff1f\uff1a\u0964\u061f\u06d4\u1362\u104b\u0589\u17d4])[\"'\u201d\u2019\u300d\u300f]*+\s*"
    r"|(?<=[.!?]\s\(\d\))\s+|(?<=[.!?]\s\(\d\d\))\s+|\n|(?<=>)|(?=</)|(?<=[\u0e00-\u0eff])\s+"
    r"|(?:\A|(?<=\n))[ \t]*(?:[-*+\u2022]|\d{1,3}\)|[#\u00a7][ \t]?\d{1,4})[ \t]+"
    r"(?:\*\*[^*\n]{1,80}\*\*[ \t]+|__[^_\n]{1,80}__[ \t]+)?"
    r"|(?:\A|(?<=\n))[ \t]*(?:[^\W\d_]{1,20} ?)?[\[(\u3010][^\])\u3011\n]{1,40}[\])\u3011](?:\([^()\n]{1,160}\))?[ \t]*"
)
_MAX_SENTENCE = 2_000  # characters; longer ones are words without punctuation, of which a part may be left out
_MAX_SHOWN = 40


def only_sentences_left_out(before: str, after: str) -> str | None:
    """Return the first sentence that was changed, moved or cut, or None."""
    rest = _pieces(before)
    for piece in _pieces(after):
        if not any(piece == other or (len(other) > _MAX_SENTENCE and piece in other) for other in rest):
            return f"the sentence {piece[:_MAX_SHOWN]!r} changed"
    return None


def _pieces(text: str) -> Iterator[str]:
    return (bare for piece in _ENDS.split(text) if (bare := piece.strip()))
