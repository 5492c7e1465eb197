"""The shape of a prompt is what plain expressions over the whole of it say, though it is found in faster ways."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from scrimp.routing.prior.shape import Shape, shape_of

PIECES = (
    "x", "2y", "=", " = ", "==", "+", " - ", "^", "12", "3.", ".", "\n", "\r\n", "  ", "\t", "def f(", "class A:",
    "import os", "return x", "let a =", "A. ", "B) ", "(C) ", "1. ", "2: ", "one", "\\frac", "\\boxed", "\\(", "$",
    "<", "10^12", "a_b", "é", "#include", "A. one\n B) two\n(C) three", "1. x\n2. y\n3. z\n4. ", "\nA: 1\nB: 2\nC: 3\n",
)  # fmt: skip
CODE_LINE = (
    r"(?m)^[ \t]{0,12}(?:def \w+\(|class \w+[:({]|import \w|from \w+ import|#include|func \w+\(|fn \w+\(|public \w"
    r"|const \w+ =|let \w+ =|var \w+ =|return [\w(\[{])"
)
FORMULA = r"\\(?!boxed)(?:[a-zA-Z]{3,12}\b|[{(\[])|\d\^\d{2}|\$[^$\n]{0,80}[=^_\\<>][^$\n]{0,80}\$"
EQUATION = r"(?<![\w.])\d{0,3}[a-zA-Z]\s{0,2}(?:[-+*/^]\s{0,2}\d{0,3}[a-zA-Z]?\s{0,2})?=\s{0,2}[-\d(a-zA-Z]"
OPTION = r"(?m)^[ \t]{0,4}\(?([A-Ea-e1-5])[.):][ \t]+(\S[^\n]*)"
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


def plain_code(text: str) -> int:
    marks = sum(mark in text for mark in ("```", "();", "){", "=>", "#include", "</", "==", "self.", "->", "!="))
    has_lines = "\n" in text or text.startswith("def ")
    return marks + 2 * min(len(re.findall(CODE_LINE, text)) if has_lines else 0, 2)


@given(texts)
def test_code_formulas_and_equations_are_those_of_expressions_over_the_whole_text(text: str) -> None:
    shape = shape_of(text)

    assert shape.code == plain_code(text)
    assert shape.formulas == (re.search(FORMULA, text) is not None)
    assert shape.equations == (re.search(EQUATION, text) is not None)


@given(texts)
def test_options_are_lines_of_the_text_and_the_question_is_what_comes_before_them(text: str) -> None:
    shape: Shape = shape_of(text)

    lines = list(re.finditer(OPTION, text)) if "\n" in text else []
    if not shape.options:
        assert shape.question == text
        return
    first = next(at for at, line in enumerate(lines) if line.start() == len(shape.question))
    chosen = lines[first : first + len(shape.options)]
    assert text.startswith(shape.question)
    assert [line[2].strip() for line in chosen] == list(shape.options)
    assert shape.last == (text[chosen[-1].end() :].strip().count("\n") < 1)


def test_an_equation_as_long_as_one_may_be_is_found_after_many_signs_of_equality() -> None:
    assert shape_of("= = = ; 123x  +  456  =  (1)").equations
    assert not shape_of("= = = ; word  +  456  =  (1)").equations
