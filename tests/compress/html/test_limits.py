from __future__ import annotations

import pytest

from scrimp.compress.checks.html_text import page_text_complete
from scrimp.compress.html.limits import is_parsable
from scrimp.compress.html.to_text import html_to_text


@pytest.mark.parametrize(
    "nested", ["<div>", "<ul><li>", "<b>", "<blockquote><p>", "<table><tr><td>", "<svg><td>", "<dd><li>", "<rt>"]
)
def test_a_page_deeper_than_any_comes_back_unchanged(nested: str) -> None:
    page = f"<html>{nested * 100_000}x"

    assert html_to_text(page) == page
    assert page_text_complete(page, "x") == "it is not an HTML page"


@pytest.mark.parametrize("slow", ["<option>x</option>", "<html a=b></html>", "<body a=b></body>", "<dd><b></b><li>"])
def test_what_the_parser_takes_the_square_of_is_left_alone(slow: str) -> None:
    page = f"<html><select>{slow * 20_000}x"

    assert html_to_text(page) == page


def test_a_tag_with_thousands_of_attributes_is_left_alone() -> None:
    page = "<html><p " + " ".join(f"a{n}={n}" for n in range(20_000)) + ">x</p>"

    assert html_to_text(page) == page


@pytest.mark.parametrize(
    "piece",
    ["<p>x", "<br>", "<a href=//x.y>z</a>", "&amp;", "<td>x", "<!--", "<code>`</code>", "<p a='\">", "<del>x</del>",
     "<sup>1</sup>,", "<li>x", "<i></p></i>", "<img alt=x>", "word ", "<pre>a</pre>", "<p hidden>x</p>",
     "<svg><path d=''/></svg>"],
)  # fmt: skip
def test_a_long_page_is_read_to_its_end_and_checked(piece: str) -> None:
    page = f"<html><p>begin {piece * (400_000 // len(piece))}"
    text = html_to_text(page)

    assert text.startswith("begin")
    assert page_text_complete(page, text) is None


def test_ten_megabytes_in_a_line_are_read() -> None:
    page = f"<html><p>{'word ' * 2_000_000}</p>"

    assert html_to_text(page) == ("word " * 2_000_000).strip()


@pytest.mark.parametrize("unreadable", ["\0", "\ud800", "x\udfff"])
def test_what_the_parser_would_change_is_not_given_to_it(unreadable: str) -> None:
    assert is_parsable("<p>a</p>")
    assert not is_parsable(f"<p>a{unreadable}</p>")
    assert page_text_complete(f"<p>a{unreadable}</p>", "a") == "it is not an HTML page"


def test_pictures_drawn_with_elements_that_close_themselves_are_not_deep() -> None:
    icon = '<svg viewBox="0 0 1 1"><path d="M0 0" fill=\'none\'/><g><rect x="1"/></g></svg>'

    assert is_parsable(f"<html>{icon * 2000}<p>x")


@pytest.mark.parametrize("tag", ["<g a=x/>", '<g a" />', '<g a="/>', "<g a='x' b=/>"])
def test_a_slash_that_may_belong_to_a_value_closes_nothing(tag: str) -> None:
    assert not is_parsable(f"<html><svg>{tag * 600}")


def test_terms_with_lists_in_them_are_not_deep() -> None:
    assert is_parsable("<html><dl>" + "<dt>a<dd><ul><li>b<li>c</ul>" * 2000)
