"""The part of a longer completion that states its answer, where there clearly is one."""

from __future__ import annotations

from scrimp.answers.numerals import ATTACHED_UNITS, number_in
from scrimp.regexes import pattern

_BROKEN_JSON = r'(?is).*"(?:final_)?answer"\s*:\s*(.+?)[\s,]*\}\s*(?:```)?\s*'
_ANSWER_MARKERS = (
    r"####\s*(\S.*)",
    # "answer" alone is not a marker: "let me answer that" states nothing.
    r"(?i)\banswer\b[\"'*_`)\s]{0,4}(?:(?:is|was|would be|should be)\b\s*:?|[:=]|\n)\s*(?:\*\*\s)?\s*(\S.*)",
)
_BOX = r"\boxed{"
_CONCLUDING_WORD = r"(?i)(?:therefore|thus|hence|so|in total|in conclusion|altogether|overall)\b"
_AMOUNT = rf"(?<![\w.,/])[-−]?[$€£]?\d[\d,]*(?:\.\d+)?%?(?:{ATTACHED_UNITS}|st|nd|rd|th)?(?!\w)"
_STATED_AMOUNT = rf"(?i)(?:^|\b(?:is|are|was|were|be|has|have|had|of|makes?|costs?|needs?|takes?|earns?)\s+)({_AMOUNT})"
_EQUATION_RESULT = rf"=\s*({_AMOUNT})"
_CALCULATOR_NOTE = r"<<[^<>]*>>"  # 9 * 2 = <<9*2=18>>18: a calculation written for a calculator
_SENTENCE_BREAK = r"(?<=[.!?])\s+(?=[A-Z0-9*$])|\n+"
_SENTENCE_END = r"(\w*)[.!?](?:\s+(\w\.)?|$)"
_ABBREVIATIONS = frozenset((
    "approx", "ca", "mr", "mrs", "ms", "dr", "st", "mt", "no", "vs", "prof", "jr", "sr", "e", "g", "etc", "ft", "fig",
))  # fmt: skip
_TAIL = 1500  # characters: the answer is at the end, so a long text need not be searched whole


def marked_answer(text: str) -> str | None:
    """Return the words after the last marker of an answer: "The answer is", ####, a box, the field of broken JSON."""
    tail = text[-_TAIL:]
    field = pattern(_BROKEN_JSON).fullmatch(tail) if '"' in tail else None
    if field is not None:
        return _unquoted(field[1])
    boxed = _boxed(tail) if "####" not in tail else None
    if boxed is not None:
        return boxed
    for marker in _ANSWER_MARKERS:
        matches = pattern(marker).findall(tail)
        if matches:
            stated = str(matches[-1])
            return _first_sentence(stated.replace("**", "") if stated.count("**") % 2 else stated)
    return None


def _boxed(text: str) -> str | None:
    r"""Return what is in the last box, \boxed{...}; braces around all of it only group, and are left out."""
    start = text.rfind(_BOX)
    if start < 0:
        return None
    start += len(_BOX)
    content = text[start : _group_end(text, start) or start].strip()
    while content.startswith("{") and _group_end(content, 1) == len(content) - 1:
        content = content[1:-1].strip()
    return content or None


def _group_end(text: str, start: int) -> int | None:
    """Return the place of the brace that closes the group whose content starts at `start`."""
    depth = 1
    for brace in pattern(r"(?<!\\)[{}]").finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return brace.start()
    return None


def stated_amount(stated: str) -> str | None:
    """Return the one amount in the words of an answer: "The animals have a total of 160 legs altogether"."""
    amounts: list[str] = pattern(_AMOUNT).findall(stated)
    match = pattern(_STATED_AMOUNT).search(stated) if len(amounts) == 1 else None
    return match[1] if match else None


def concluding_answer(text: str) -> str | None:
    """Return what a text ends on: the one thing in bold, the one amount of a concluding sentence, or the last result.

    A last sentence without a concluding word ("Bill is now on the 18th floor.") counts where it repeats the result of
    the last equation before it.
    """
    tail = pattern(_CALCULATOR_NOTE).sub("", text[-_TAIL:].strip())
    last = pattern(_SENTENCE_BREAK).split(tail)[-1].strip()
    bold = last.split("**")
    if len(bold) == 3 and any(character.isdigit() for character in bold[1]):
        return bold[1]
    return _concluding_amount(last) or _repeated_result(tail[: -len(last)], last)


def _unquoted(value: str) -> str:
    """Remove the quotes JSON put around a string; quotes inside them stay."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"')
    return value


def _first_sentence(text: str) -> str:
    """Return the first sentence, or the whole text where it is a literal: a period in a string does not end it."""
    whole = text.rstrip(" \t.*`")
    if whole[:1] in "[({'\"" and whole[-1:] in "])}'\"":
        return whole
    for end in pattern(_SENTENCE_END).finditer(text):
        word, initial = end[1], end[2]
        option = end.start() == 0 and word in {"A", "B", "C", "D", "E"} and not initial  # "B. Paris", not "C. S. Lewis"
        if not word.isalpha() or option or (len(word) > 1 and word.lower() not in _ABBREVIATIONS):
            return text[: end.end(1)]
    return text


def _concluding_amount(sentence: str) -> str | None:
    """Return the amount a sentence such as "So she makes $18 a day." or "That is 5 + 4 = 9 eggs." ends on."""
    _, equals, rest = sentence.rpartition("=")
    if not equals and not pattern(_CONCLUDING_WORD).match(sentence):
        return None
    amounts: list[str] = pattern(_AMOUNT).findall(rest)
    return amounts[0].rstrip(",") if len(amounts) == 1 else None


def _repeated_result(preceding: str, sentence: str) -> str | None:
    results: list[str] = pattern(_EQUATION_RESULT).findall(preceding)
    result = number_in(results[-1].rstrip(",")) if results else None
    if result is None:
        return None
    return next(
        (amount for amount in pattern(_AMOUNT).findall(sentence) if number_in(amount.rstrip(",")) == result), None
    )
