"""The part of a longer completion that states its answer, where it plainly has one."""

from __future__ import annotations

from scrimp.routing.patterns import pattern

_BROKEN_JSON = r'(?is).*"(?:final_)?answer"\s*:\s*(.+?)[\s,]*\}\s*(?:```)?\s*'
_MARKS = (
    r"####\s*(.+)",
    r"\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}",
    r"(?i)\banswer\b\W{0,4}(?:(?:is|would be|was)\b)?\s*[:=]?\s*(?:\*\*)?[ \t\n]*(.+)",
)
_CONCLUDING = r"(?i)(?:therefore|thus|hence|so|in total|in conclusion|altogether|overall)\b"
_AMOUNT = r"(?<![\w.,])[-−]?[$€£]?\d[\d,]*(?:\.\d+)?%?(?!\w)"  # noqa: RUF001 - the minus of typeset text
_SENTENCE_ENDS = r"(?<=[.!?])\s+(?=[A-Z0-9*$])|\n+"
_END = r"[.!?](?:\s|$)"
_TAIL = 1500  # characters: an answer stands at the end, and a long text need not be searched whole


def marked(text: str) -> str | None:
    """Return the words after the last mark of an answer: "The answer is", ####, a box, the field of broken JSON."""
    tail = text[-_TAIL:]
    field = pattern(_BROKEN_JSON).fullmatch(tail) if '"' in tail else None
    if field is not None:
        return _unquoted(field[1])
    for mark in _MARKS:
        found = pattern(mark).findall(tail)
        if found:
            return _first_sentence(str(found[-1]))
    return None


def concluded(text: str) -> str | None:
    """Return what a text ends on: the one thing in bold, or the one amount of a concluding sentence."""
    last = pattern(_SENTENCE_ENDS).split(text[-_TAIL:].strip())[-1].strip()
    bold = last.split("**")
    if len(bold) == 3 and any(character.isdigit() for character in bold[1]):
        return bold[1]
    return _amount(last)


def _unquoted(value: str) -> str:
    """Take off the quotes JSON put around a string; what a model quoted inside them stays."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"')
    return value


def _first_sentence(text: str) -> str:
    end = pattern(_END).search(text)
    return text[: end.start()] if end else text


def _amount(sentence: str) -> str | None:
    """Return the amount a sentence such as "So she makes $18 a day." or "That is 5 + 4 = 9 eggs." ends on."""
    _, equals, rest = sentence.rpartition("=")
    if not equals and not pattern(_CONCLUDING).match(sentence):
        return None
    amounts: list[str] = pattern(_AMOUNT).findall(rest)
    return amounts[0].rstrip(",") if len(amounts) == 1 else None
