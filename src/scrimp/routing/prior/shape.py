"""The shape of a prompt: whether it holds code, formulas, or options to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from scrimp.regexes import pattern

LONG_TEXT = 4000  # characters
_EDGE = 4000  # characters read at either end
# None has a blank: a word added between two others must not break one.
_CODE_MARKS = ("```", "();", "){", "=>", "#include", "</", "==", "self.", "->", "!=")
_DATA_FENCES = ("```json", "```text", "```csv")
# Lines are found by the end of the one before, which is looked for much faster than (?m)^.
_CODE_LINE = (
    r"\n[ \t]{0,12}(?:def \w+\(|class \w+[:({]|import \w|from \w+ import|#include|func \w+\(|fn \w+\(|public \w"
    r"|const \w+ =|let \w+ =|var \w+ =|return [\w(\[{])"
)
_FORMULAS = {  # by a sign that each of them has
    "\\": r"\\(?!boxed)(?:[a-zA-Z]{3,12}\b|[{(\[])",
    "^": r"\d\^\d{2}",
    "$": r"\$[^$\n]{0,80}[=^_\\<>][^$\n]{0,80}\$",
}
_EQUATION = r"(?<![\w.])\d{0,3}[a-zA-Z]\s{0,2}(?:[-+*/^]\s{0,2}\d{0,3}[a-zA-Z]?\s{0,2})?=\s{0,2}[-\d(a-zA-Z]"
_BEFORE_EQUALS, _AFTER_EQUALS = 15, 3  # the longest left side, and what is read of the right one
_OPTION = r"\n[ \t]{0,4}\(?([A-Ea-e1-5])[.):][ \t]+(\S[^\n]*)"
_LABELS = "ABCDE abcde 12345"
_FEWEST_OPTIONS, _MOST_OPTIONS = 3, 5
_LINES_COUNTED = 2  # lines of code; each weighs as two marks
_LONG_CODE = 25  # lines that begin as only code does, at both ends together


class Shape(Struct, frozen=True):
    """What a prompt looks like."""

    code: int  # marks that only programs have
    long_code: bool
    formulas: bool
    equations: bool  # in one letter: "x + 2y = 3"
    options: Sequence[str]  # to choose from
    last: bool  # whether nothing but a line follows the options
    question: str  # the text before the options


def shape_of(text: str) -> Shape:
    """Return the shape of a prompt, from both of its ends."""
    ends = text if len(text) <= 2 * _EDGE else f"{text[:_EDGE]}\n{text[-_EDGE:]}"
    marks = len([mark for mark in _CODE_MARKS if mark in ends])
    if marks and any(fence in ends for fence in _DATA_FENCES):
        marks -= 1
    lines = len(pattern(_CODE_LINE).findall(f"\n{ends}")) if "\n" in ends or ends.startswith("def ") else 0
    signs = [sign for sign in _FORMULAS if sign in ends]
    formulas = bool(signs) and any(pattern(_FORMULAS[sign]).search(ends) is not None for sign in signs)
    equations = "=" in ends and _has_equation(ends)
    options, question, last = _options(ends) if "\n" in ends else ((), ends, False)
    code = marks + 2 * min(lines, _LINES_COUNTED)
    return Shape(code, lines >= _LONG_CODE, formulas, equations, options, last, question)


def _has_equation(text: str) -> bool:
    """Return whether there is an equation, looked for around each sign of equality alone."""
    equation, at = pattern(_EQUATION), text.find("=")
    while at >= 0:
        if equation.search(text, max(at - _BEFORE_EQUALS, 0), at + 1 + _AFTER_EQUALS) is not None:
            return True
        at = text.find("=", at + 1)
    return False


def _options(text: str) -> tuple[Sequence[str], str, bool]:
    """Return the options, labeled in order from A or 1, the text before them, and whether they are last."""
    lines = f"\n{text}"
    found = list(pattern(_OPTION).finditer(lines))
    for at, first in enumerate(found):
        if first[1] in "Aa1":
            labels = "".join(match[1] for match in found[at : at + _MOST_OPTIONS])
            for count in range(len(labels), _FEWEST_OPTIONS - 1, -1):
                if labels[:count] in _LABELS:
                    chosen = found[at : at + count]
                    last = lines[chosen[-1].end() :].strip().count("\n") < 1
                    return [match[2].strip() for match in chosen], text[: first.start()], last
    return (), text, False
