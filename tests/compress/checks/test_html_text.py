from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compress.html.strategies import PAGE, TEXT, fragments, pages
from scrimp.compress.checks.html_text import page_text_complete
from scrimp.compress.html.to_text import html_to_text

WORDS = [match.span() for match in re.finditer(r"(?<!\w)[^\W\d]\w*", TEXT[: TEXT.index("Bye")])]
SAID_ONCE = [
    (start, end)
    for start, end in WORDS
    if len(re.findall(rf"(?<!\w){TEXT[start:end]}(?!\w)", TEXT)) == 1 and TEXT[start:end] != "python"  # a mark's
]


def page(piece: str) -> str:
    return f"<!doctype html><html><head><title>T</title></head><body>{piece}</body></html>"


@given(pages | fragments)
def test_what_is_written_of_a_page_passes(text: str) -> None:
    written = html_to_text(text)
    assume(written != text)

    assert page_text_complete(text, written) is None


def test_a_whole_page_passes() -> None:
    assert page_text_complete(PAGE, TEXT) is None


def test_a_formula_that_is_hidden_beside_its_image_passes() -> None:
    formula = '<i style="display: none"><math><msup><mi>x</mi><mn>2</mn></msup></math></i><img src="a" alt="x^2">'

    assert page_text_complete(page(formula), html_to_text(page(formula))) is None


@given(st.sampled_from(SAID_ONCE))
def test_a_word_that_is_missing_is_named(span: tuple[int, int]) -> None:
    start, end = span

    assert page_text_complete(PAGE, TEXT[:start] + TEXT[end:]) is not None


@given(st.sampled_from([m.start() for m in re.finditer(r"(?<=\w) (?=\w)", TEXT)]))
def test_words_that_were_run_together_are_found(at: int) -> None:
    assert page_text_complete(PAGE, TEXT[:at] + TEXT[at + 1 :]) is not None


@pytest.mark.parametrize(
    ("piece", "wrong", "reason"),
    [
        ("<p>It costs 1.50 or -3.</p>", "T\n\nIt costs 150 or -3.", "word 1.50 is lost"),
        ("<p>It costs 1.50 or -3.</p>", "T\n\nIt costs 1.50 or 3.", "word -3. is lost"),
        ("<p>10<sup>5</sup> doors</p>", "T\n\n105 doors", "word 10^5 is lost"),
        ("<math><mfrac><mn>22</mn><mn>7</mn></mfrac></math>", "T\n\n227", "the form of <mfrac> is lost"),
        ("<ol reversed><li>Ann<li>Bob</ol>", "T\n\n1. Ann\n2. Bob", "the form of <ol> is lost"),
        ('<p><a style="text-decoration:line-through">5</a> 4</p>', "T\n\n5 4", "the form of <a> is lost"),
        ("<p>do not, just so</p>", "T\n\ndo just not, so", "word just is lost"),
        ("<p>one</p><p>two</p>", "T\n\nonetwo", "word one is lost"),
        ("<table><td>one<td>two</table>", "T\n\nonetwo", "word one is lost"),
        ("<p>say \u201cone two\u201d</p>", "T\n\nsay one two", "word \u201cone is lost"),
        ("<p>un<b>like</b>ly</p>", "T\n\nun like ly", "word unlikely is lost"),
        ("<p>one</p>", "one", "the title is lost"),
        ("<p>say <img alt='a door'></p>", "T\n\nsay", "word a is lost"),
        ("<p>say <input value='a door'></p>", "T\n\nsay", "word a is lost"),
        ("<pre>a  = 1\n\tb</pre>", "T\n\n```\na = 1\n\tb\n```", "code a  = 1\n\tb is lost"),
        ("<p>run <code>a  b</code></p>", "T\n\nrun `a b`", "code a  b is lost"),
        ("<pre>a</pre> b <pre>c</pre>", "T\n\n```\nc\n```\nb\n```\na\n```", "code c is lost"),
        ("<p><a href='https://a.b/c'>here</a></p>", "T\n\nhere", "address a.b/c is lost"),
        ("<p><a href='https://a.b/c'>a.b/c</a></p>", "T\n\na.b/c", None),
        ("<p><a href='c.html'>here</a></p>", "T\n\nhere", None),
        ("<p>seen <i hidden>not</i></p>", "T\n\nseen", None),
        ("<p>see<a href='https://a.b'>n</a>, so</p>", "T\n\nseen (https://a.b), so", None),
    ],
)
def test_it_says_what_was_lost(piece: str, wrong: str, reason: str | None) -> None:
    assert page_text_complete(page(piece), wrong) == reason


@pytest.mark.parametrize("block", ["pre", "xmp", "listing", "p", "div", "ul"])
def test_an_empty_block_separates_words(block: str) -> None:
    text = f"<html><body>&lt;i&gt;<{block}></{block}>word "

    assert page_text_complete(text, html_to_text(text)) is None


def test_a_piece_of_a_page_must_name_its_files() -> None:
    assert page_text_complete("<div><a href='README.md'>English</a></div>", "English") == "address README.md is lost"
    assert page_text_complete("<div><a href='a'><img src='b'>c</a></div>", "(b) c (a)") is None
    assert page_text_complete("<div><img src='logo.png' alt='Logo'></div>", "Logo") == "address logo.png is lost"


def test_what_was_no_page_cannot_have_been_kept() -> None:
    assert page_text_complete("Write <b>bold</b> words.", "Write bold words.") == "it is not an HTML page"
