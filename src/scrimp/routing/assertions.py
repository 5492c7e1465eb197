"""A short text as what it says: a literal, an option letter, a number, yes or no, or a few words."""

from __future__ import annotations

from scrimp.routing.literals import literal_in, spelled
from scrimp.routing.numerals import number_in
from scrimp.routing.patterns import pattern

SHORT_WORDS = 6
SHORT_CHARACTERS = 60
_SENTENCE = 300  # characters a "Yes, because ..." may have

_WORDS = frozenset(("true", "false", "none", "null", "yes", "no"))  # not themselves once they are quoted
_LEADING, _TRAILING = " \t\r\n\"'`*_“”‘’«»„", " \t\r\n\"'`*_“”‘’«»„.,;:!?。！？"  # noqa: RUF001 - typeset quotes

_LETTER = r"(?i)(?:option\s+|choice\s+)?[(\[]?([a-j])[)\].:]*"  # B, (B), B., option B
_LETTER_FIRST = r"(?i)(?:(?:option|choice)\s+([a-j])[).:]|\(([a-j])\)|([a-j])\))\s+\S[^\n]*"  # (B) Paris
_YES_OR_NO = r"(?i)(yes|no|true|false)(?:[.!]|[.,;]\s[^:\n]*)?"
_LATEX_BOX = r"\\(?:text|mathrm|mathbf|textbf|boxed|mbox)\{([^{}]*)\}"
_LATEX_FRACTION = r"\\[dt]?frac\{(\d+)\}\{(\d+)\}"
_DOLLARS = r"\$([^$]+)\$"


def assertion(text: str) -> str | None:
    """Return what a short text asserts, or None where it is empty or too long to be one assertion.

    "A. Lincoln" is no option letter: only a bracket tells an option from an initial.
    """
    found = literal_in(text)
    if found is not None:
        return _quoted(found.value) if isinstance(found.value, str) else spelled(found.value)
    plain = _plain(text)
    if not plain or len(plain) > _SENTENCE:
        return None
    letter = pattern(_LETTER).fullmatch(plain) or pattern(_LETTER_FIRST).fullmatch(plain)
    if letter is not None:
        return next(group for group in letter.groups() if group).upper()
    number = number_in(plain)
    if number is not None:
        return number
    verdict = pattern(_YES_OR_NO).fullmatch(plain)
    return verdict[1].lower() if verdict is not None else _few_words(plain)


def _plain(text: str) -> str:
    r"""Take markdown and LaTeX off: **18**, `18`, $18$ and \boxed{18} are 18."""
    text = text.strip().replace("**", "").replace("`", "").strip()
    if "\\" in text:
        text = pattern(_LATEX_FRACTION).sub(r"\1/\2", text)
        text = pattern(_LATEX_BOX).sub(r"\1", text)
        text = text.replace("\\$", "$").replace("\\(", "").replace("\\)", "").replace("\\,", "").strip()
    enclosed = pattern(_DOLLARS).fullmatch(text)
    return enclosed[1].strip() if enclosed else text


def _quoted(text: str) -> str | None:
    """Return a quoted string as the words inside; quotes that make a difference, as in '7', stay."""
    words = None if text.strip().lower() in _WORDS or number_in(text) is not None else _few_words(text)
    return spelled(text) if words is None else words


def _few_words(text: str) -> str | None:
    """Return a few words without what encloses them, the first letter small and no other: "UppEr" is not "upper"."""
    text = text.lstrip(_LEADING).rstrip(_TRAILING)
    if len(text) > SHORT_CHARACTERS or "\n" in text:
        return None
    if not text.isascii():
        from unicodedata import normalize  # noqa: PLC0415 - only where a text is not ASCII

        text = normalize("NFKC", text)
    words = text.split()
    if len(words) > 1 and words[0].lower() in {"the", "a", "an"}:
        words = words[1:]
    if not 0 < len(words) <= SHORT_WORDS:
        return None
    joined = " ".join(words)
    return joined[0].lower() + joined[1:]
