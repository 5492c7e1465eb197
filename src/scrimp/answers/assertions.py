"""What a short text asserts: a literal, an option letter, a number, yes or no, or a few words."""

from __future__ import annotations

from scrimp.answers.literals import canonical_literal, literal_in
from scrimp.answers.numerals import number_in
from scrimp.regexes import pattern

SHORT_WORDS = 6
SHORT_CHARACTERS = 60
_LONGEST_ASSERTION = 300  # characters a "Yes, because ..." may have

_QUOTES = " \t\r\n\"'`“”‘’«»„"
_TYPESET_QUOTES = ("“", "„", "«")
_SENTENCE_ENDS = ".!?。！？"

_OPTION_LETTER = r"(?i)(?:option\s+|choice\s+)?[(\[]?([a-j])[)\].:]*"  # B, (B), B., option B
_LETTERED_OPTION = r"(?i)(?:(?:option|choice)\s+([a-j])[).:]|\(([a-j])\)|([a-j])\))\s+\S[^\n]*"  # (B) Paris
_YES_OR_NO = r"(?i)(yes|no|true|false)(?:[.!]|[.,;]\s[^:\n]*)?"
_LATEX_BOX = r"\\(?:text|mathrm|mathbf|textbf|boxed|mbox)\{([^{}]*)\}"
_LATEX_FRACTION = r"\\[dt]?frac\{(\d+)\}\{(\d+)\}"
_EMPHASIS = r"(?<![\w*])(\*{1,3}|_{1,2})(?=[^\s*_])([^*\n]*?)(?<=[^\s*_])\1(?![\w*])"  # *a*, **a**, __a__
_SIGNIFICANT_SPACE = r"^\s|\s$|\s\s|[\t\n\r]"  # white space that is lost when words are read
_LATEX_MATH = r"\$([^$]+)\$"


def assertion(text: str) -> str | None:
    """Return what a short text asserts, or None if it is empty or too long to be one assertion.

    "A. Lincoln" is not an option letter: only a bracket tells an option from an initial.
    """
    literal = literal_in(text)
    if literal is None:
        if len(text) > 2 * _LONGEST_ASSERTION:  # markup adds less than that
            return None
        plain = _without_markup(text)
        literal = literal_in(plain) if plain != text else None
    if literal is not None:
        return _string_assertion(literal.value) if isinstance(literal.value, str) else canonical_literal(literal.value)
    return _short_assertion(plain)


def _short_assertion(plain: str) -> str | None:
    if not plain or len(plain) > _LONGEST_ASSERTION:
        return None
    letter = pattern(_OPTION_LETTER).fullmatch(plain) or pattern(_LETTERED_OPTION).fullmatch(plain)
    if letter is not None:
        return next(group for group in letter.groups() if group).upper()
    number = number_in(plain)
    if number is not None:
        return number
    verdict = pattern(_YES_OR_NO).fullmatch(plain)
    return verdict[1].lower() if verdict is not None else _few_words(plain)


def _without_markup(text: str) -> str:
    r"""Remove Markdown and LaTeX markup: **18**, `18`, $18$ and \boxed{18} are 18."""
    text = text.strip()
    if "*" in text or "_" in text:
        text = pattern(_EMPHASIS).sub(r"\2", text)
    if "`" in text:
        text = text.replace("`", "").strip()
    if "\\" in text:
        text = pattern(_LATEX_FRACTION).sub(r"\1/\2", text)
        text = pattern(_LATEX_BOX).sub(r"\1", text)
        text = text.replace("\\$", "$").replace("\\(", "").replace("\\)", "").replace("\\,", "").strip()
    if text[:1] in _TYPESET_QUOTES:
        text = text.strip(_QUOTES)
    enclosed = pattern(_LATEX_MATH).fullmatch(text)
    return enclosed[1].strip() if enclosed else text


def _string_assertion(text: str) -> str | None:
    """Return what a quoted string asserts; with its quotes if they hold something that is lost without them.

    '7' is 7 and 'Paris' is Paris, but 'a  b', ' a' and 'a*' may be strings in a program.
    """
    if pattern(_SIGNIFICANT_SPACE).search(text):
        return canonical_literal(text)
    if text[:1] in ("[", "(", "{"):  # a list that JSON's quotes were put around
        inner = literal_in(text)
        if inner is not None:
            return canonical_literal(inner.value)
    asserted = _short_assertion(text)
    return canonical_literal(text) if asserted is None else asserted


def _few_words(text: str) -> str | None:
    """Return a few words without what encloses them and with a lower-case first letter: "UppEr" is not "upper"."""
    text = text.strip(_QUOTES)
    if text[-1:] in _SENTENCE_ENDS and text[-2:-1] not in _SENTENCE_ENDS:
        text = text[:-1].rstrip(_QUOTES)
    if len(text) > SHORT_CHARACTERS or "\n" in text or not _brackets_balance(text):
        return None
    if not text.isascii():
        from unicodedata import normalize  # only where a text is not ASCII

        text = normalize("NFKC", text)
    words = text.split()
    if len(words) > 1 and words[0].lower() in {"the", "a", "an"}:
        words = words[1:]
    if not 0 < len(words) <= SHORT_WORDS or not any(map(str.isalnum, text)):
        return None
    first = words[0]
    return " ".join([first.lower() if first[1:].islower() else first, *words[1:]])


def _brackets_balance(text: str) -> bool:
    """Return whether text is words and not a piece of a literal, which could equal a piece of another literal."""
    return all(text.count(opening) == text.count(closing) for opening, closing in ("[]", "{}"))
