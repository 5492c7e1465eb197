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
_CODE_LINE = (
    r"(?m)^[ \t]{0,12}(?:def \w+\(|class \w+[:({]|import \w|from \w+ import|#include|func \w+\(|fn \w+\(|public \w"
    r"|const \w+ =|let \w+ =|var \w+ =|return [\w(\[{])"
)
_FORMULA = r"\\(?!boxed)(?:[a-zA-Z]{3,12}\b|[{(\[])|\d\^\d{2}|\$[^$\n]{0,80}[=^_\\<>][^$\n]{0,80}\$"
_EQUATION = r"(?<![\w.])\d{0,3}[a-zA-Z]\s{0,2}(?:[-+*/^]\s{0,2}\d{0,3}[a-zA-Z]?\s{0,2})?=\s{0,2}[-\d(a-zA-Z]"
_OPTION = r"(?m)^[ \t]{0,4}\(?([A-Ea-e1-5])[.):][ \t]+(\S[^\n]*)"
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
    marks = sum(mark in ends for mark in _CODE_MARKS) - any(fence in ends for fence in _DATA_FENCES)
    lines = len(pattern(_CODE_LINE).findall(ends)) if "\n" in ends or ends.startswith("def ") else 0
    may_have_formulas = "\\" in ends or "$" in ends or "^" in ends
    formulas = may_have_formulas and pattern(_FORMULA).search(ends) is not None
    equations = "=" in ends and pattern(_EQUATION).search(ends) is not None
    options, question, last = _options(ends) if "\n" in ends else ((), ends, False)
    code = marks + 2 * min(lines, _LINES_COUNTED)
    return Shape(code, lines >= _LONG_CODE, formulas, equations, options, last, question)


def _options(text: str) -> tuple[Sequence[str], str, bool]:
    """Return the options, labeled in order from A or 1, the text before them, and whether they are last."""
    found = list(pattern(_OPTION).finditer(text))
    for at, first in enumerate(found):
        if first[1] in "Aa1":
            labels = "".join(match[1] for match in found[at : at + _MOST_OPTIONS])
            for count in range(len(labels), _FEWEST_OPTIONS - 1, -1):
                if labels[:count] in _LABELS:
                    chosen = found[at : at + count]
                    last = text[chosen[-1].end() :].strip().count("\n") < 1
                    return [match[2].strip() for match in chosen], text[: first.start()], last
    return (), text, False
