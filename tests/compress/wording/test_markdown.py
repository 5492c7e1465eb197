from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.checks.facts import lost_facts
from scrimp.compress.checks.markdown import same_rendering
from scrimp.compress.wording.markdown import strip_decoration

HOME = "https://example.com/a_b_c?x=*y*"
PARTS = """* ** *** _ __ `a*b*` `` " ' ( ) [ ] | # ## - --- --- |--|--| \\ $ $x_i$ {{ }} < > <b> <!-- --> <!--a-->
``` ~~~ word not 5 mg 5 kg 1.5 don't snake_case __init__ _id a*b 2**3 **bold** *it* _so_ __both words__ ***all***
src/a_b/c_d.py [a](b_c_d) [a][b] [![x](y)](z) [![](y)](z) ![x](y_z_) -v --no_x \u6865 \u00e9t\u00e9 \u2019 \u2014
\u201cq\u201d x^2 *.py @me: : , . ! ?
<scrimp:keep> </scrimp:keep> ~ + 1. [^1] &amp; // :-: \t"""
part = st.sampled_from(
    [*PARTS.split(), HOME, "| a  |  b |", "|---|:---:|", "## T ##", "*****", "    x", "**a", "a**", "_a", "a_"]
)
joint = st.sampled_from([" ", " ", " ", "", "\n", "\n\n", "  ", "  \n", "\n- ", "\n\n---\n\n"])
texts = st.one_of(
    st.text(st.characters(), max_size=60),
    st.text(st.sampled_from("*_ab \n|-#`"), max_size=40),
    st.lists(st.tuples(part, joint), max_size=30).map(lambda pairs: "".join(map("".join, pairs))),
)


@given(texts)
def test_a_text_reads_the_same(text: str) -> None:
    assert same_rendering(text, strip_decoration(text)) is None


@given(texts)
def test_once_is_as_good_as_twice_and_nothing_gets_longer(text: str) -> None:
    once = strip_decoration(text)

    assert strip_decoration(once) == once
    assert len(once) <= len(text)


@given(texts)
def test_letters_digits_and_lines_with_them_are_the_same(text: str) -> None:
    words = re.compile(r"[^\W_]+|\n(?=[^\n]*[^\W_])")

    assert words.findall(strip_decoration(text)) == words.findall(text)


PROTECTED = re.compile(r"<<[\s\S]*?>>")


@given(texts, texts, texts)
def test_what_the_user_protects_is_the_same(before: str, inside: str, after: str) -> None:
    text = f"{before}<<{inside}>>{after}"

    assert PROTECTED.findall(strip_decoration(text, protected=PROTECTED)) == PROTECTED.findall(text)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It is **not** the *first* of ***three***.", "It is not the first of three."),
        ("He was _very_ late, and __quite out__ of breath.", "He was very late, and quite out of breath."),
        (
            "- **Note:** read `a*b*` and **[this](https://a.b/c_d_)**",
            "- Note: read `a*b*` and [this](https://a.b/c_d_)",
        ),
        ("(*Optional, with `x[y]`*) **\u201cSo\u201d**", "(Optional, with `x[y]`) \u201cSo\u201d"),
        ("## Install ##", "## Install"),
        ("a\n\n---\n\n## b", "a\n\n## b"),
        ("a\n\n*****\n\nb", "a\n\n---\n\nb"),
        ("one  \ntwo", "one\ntwo"),
        ("| a    | b   |\n| ---- |:---:|\n|      | `|  |` |", "| a | b |\n|-|:-:|\n| | `|  |` |"),
        ("a  | b\n---- | ---\n1  | **x**", "a | b\n---|---\n1 | x"),
    ],
)
def test_what_is_for_the_eye_alone_goes(before: str, after: str) -> None:
    assert strip_decoration(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "call __init__ of _private and trailing_ in snake_case_names",
        "2 * 3 * 4 is 2*3*4, and 2 ** 3 is 2**3",
        "see src/*/a_b.py, *.py and test_*.py, or `**not** this`",
        "def f(*args, **kwargs): and f(*a, **b)",
        "char *p, *q; and **pp",
        "$a_1 * b_1$ and \\(x_i * y_i\\) or {{ a*b*c }}",
        "https://a.b/*c*/_d_ and <a href='_x_'>",
        "* one\n* two\n\n- three",
        "He gave **5** mg, 5 **mg**, $ **5** and **2024** in all",
        '"It is **not** so", she said',
        "a \\*b\\* c",
        "*a **b* c**",
        "\u8fd9\u662f**\u91cd\u8981**\u7684",
        "    code **x** of a block\n",
        "```\n**x**  \n## y ##\n```",
        "<scrimp:keep>**x** and <!-- y --></scrimp:keep>",
        "---\ntitle: **x**  \n---",
        "a<!-- x -->b",
        "Title\n-----",
        "0 5 * * 1-5 and */5 * * * *",
        "[a]: https://a.b/c '_d_'",
        "# C#",
        "@@ -1 +1 @@\n-**a**\n+*a*",
    ],
)
def test_what_says_something_stays(text: str) -> None:
    assert strip_decoration(text) == text


def test_no_fact_is_lost() -> None:
    text = (
        "# Usage #\n\n[![CI](https://a.b/ci.svg)](https://a.b/ci) **No** more than **40** rows, _never_ `a_b`.\n\n"
        "<!-- 7 -->\n\n| name   | not   |\n|--------|-------|\n| x_y    | 1.50  |\n\n> *Unless* 3.5 kg, see <https://c.d/e_f_g>."
    )

    assert len(strip_decoration(text)) < len(text)
    assert not lost_facts(text, strip_decoration(text))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It is **not** so.", "It is so."),
        ("It is **not** so.", "It isnot so."),
        ("It is **not** so.", "It is so not."),
        ("It is **not** so.", "It is **not* so"),
        ("call __init__ now", "call init now"),
        ("use a_b", "use ab"),
        ("2 * 3", "2 3"),
        ("* one", "one"),
        ("    * one", "* one"),
        ("one\ntwo", "one two"),
        ("# T #", "T"),
        ("see `a*b*`", "see `ab`"),
        ("```\na  b\n```", "```\na b\n```"),
        ("[a](https://b.c)", "[a](https://b.d)"),
        ("[![a](b)](https://c.d)", "[a]"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 2 |"),
        ("| a | b |\n|---|---|", "| a | b |\n|---|"),
        ("He took **5** mg", "He took 5 mg"),
        ("<scrimp:keep>**a**</scrimp:keep>", "<scrimp:keep>a</scrimp:keep>"),
    ],
)
def test_the_check_names_what_reads_otherwise(before: str, after: str) -> None:
    assert same_rendering(before, after) is not None


@pytest.mark.parametrize(
    "text",
    ["*" * 200_000, "_a" * 100_000, "*a " * 60_000, "a* " * 60_000, "**a *" * 40_000, "<!--" * 50_000, "[![" * 60_000,
     "| " * 100_000, "|-" * 100_000, "|-|\n" * 60_000, "# " * 100_000, "- " * 100_000, " " * 200_000 + "x",
     "_(" * 100_000, "\n\n---" * 50_000, "](" * 100_000, "](a(" * 60_000, "---\n" * 60_000, "+++\n" * 60_000,
     "*a ]" * 60_000, "[a]:" * 60_000, "*a b*\n" * 30_000, "*[" * 100_000, "[![a](b" * 40_000, "# #" * 60_000,
     "|a|\n|-|\n" * 30_000],
)  # fmt: skip
def test_long_lines_are_no_trap(text: str) -> None:
    assert len(strip_decoration(text)) <= len(text)
