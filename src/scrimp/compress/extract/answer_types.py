"""What an answer looks like: a name for "who", a number for "when" and "how many", a place for "where"."""

from __future__ import annotations

import re

# A capitalized word within a sentence. German capitalizes all nouns, so "wer" is not among the words that ask for one.
_NAME = re.compile(r"\w[,;]? [(\"\u201c\u00ab]?[A-Z\u00c0-\u00de\u0410-\u042f]\w")
_NUMBER = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|dozen|once|twice)\b"
)
_DIGIT = re.compile(r"\d")
_PLACE = re.compile(r"\b(?:in|at|near|from|to|of) (?:the )?[A-Z]")
_ANSWERS = (
    (re.compile(r"\b(?:who|whose|whom|qui|qui[eé]n(?:es)?|quem|chi|кто|кого|кому|кем)\b"), _NAME),
    (
        re.compile(
            r"\b(?:when|(?:what|which) (?:year|date)|wann|quand|cu[aá]ndo|quando|когда)\b"
            r"|什么时候|何时|哪一?年|いつ|何年|متى|कब"
        ),
        _DIGIT,
    ),
    (
        re.compile(
            r"\bhow (?:many|much|long|far|old|tall|big|often)\b"
            r"|\b(?:wie ?viele?|combien|cu[aá]nt[oa]s?|quant[oaie]s?)\b"
            r"|сколько|多少|几|いくつ|何人|كم|कितन"
        ),
        _NUMBER,
    ),
    (re.compile(r"\b(?:where|(?:what|which) (?:city|town|country))\b"), _PLACE),
)


def answer_form(question: str) -> re.Pattern[str] | None:
    """Return an expression for what an answer has in it, or None where the question does not tell."""
    lower = question.lower()
    return next((answer for asked, answer in _ANSWERS if asked.search(lower)), None)
