from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from selectolax.lexbor import LexborHTMLParser

from compress.html.strategies import PAGE, TEXT, any_text, fragments, pages
from scrimp.compress import compress
from scrimp.compress.checks.html_text import page_text_complete
from scrimp.compress.html.to_text import html_to_text, is_html


def visible(page: str) -> list[str]:
    """Return the words of the parser's own text of what is to be seen."""
    tree = LexborHTMLParser(page)
    styled = '[style*="display:none"], [style*="display: none"]'
    unseen = f"script, style, template, noscript, head, title, [hidden], {styled}, dialog"
    while node := tree.css_first(unseen):
        node.decompose()
    return re.findall(r"\w+", tree.body.text(separator="\0")) if tree.body else []


def holds_in_order(words: list[str], text: str) -> bool:
    at = 0
    for word in words:
        at = text.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True


def test_a_page_is_written_as_its_reader_sees_it() -> None:
    assert html_to_text(PAGE) == TEXT


def test_every_visible_word_is_kept_in_order() -> None:
    words = visible(PAGE)

    assert len(words) > 40
    assert holds_in_order(words, html_to_text(PAGE))


@given(pages)
def test_no_visible_word_is_lost_whatever_the_nesting(page: str) -> None:
    assert holds_in_order(visible(page), html_to_text(page))


@given(any_text | fragments | pages)
@example("<p>&lt;p&gt;once&lt;/p&gt;</p>")
@example("<div>A lesson: <textarea>\n<ul>\n<li>one</li>\n</ul>\n</textarea></div>")
def test_reading_twice_is_reading_once(text: str) -> None:
    assert html_to_text(html_to_text(text)) == html_to_text(text)


@pytest.mark.parametrize("mark", ["p", "textarea"])
def test_a_page_that_shows_lines_of_another_page_stays(mark: str) -> None:
    page = f"<div>\n<h2>Lists</h2>\n<{mark}>&lt;ul&gt;<br>\n&lt;li&gt;one&lt;/li&gt;<br>\n&lt;/ul&gt;</{mark}>\n</div>"

    assert compress(page, "tidy").text == page
    assert "&lt;" not in compress(page.replace(mark, "pre").replace("<br>", ""), "tidy").text


@given(any_text | fragments | pages)
def test_it_is_never_longer(text: str) -> None:
    assert len(html_to_text(text)) <= len(text)


@given(any_text)
@example("a < b and c > d")
@example("<context>\n<p>a</p>\n</context>")
@example("Write <b>bold</b> words.")
@example('<div className="x">{y}</div>')
@example("<div><a href='{{ url }}'>{{ name }}</a></div>")
@example("<?php echo 1 ?><p>a</p>")
@example("<T>(x: T) => <T>x")
@example("<p>\ud800</p>")
@example("<p>\0</p>")
@example("<html><body><script>x()</script></body></html>")
@example("# Title\n\n<p align=center>a</p>\n\nText")
def test_what_is_no_page_comes_back_unchanged(text: str) -> None:
    assert html_to_text(text) == text


def test_the_blank_space_around_a_page_stays() -> None:
    assert html_to_text("\n  <p>One <b>two</b></p>\n\n") == "\n  One two\n\n"


@pytest.mark.parametrize(
    "code", ["x = 1", "  indented\n\tand tabbed  \n", "a\n\n\n\nb", "```\nfence\n```", "`a``b`", "a < b & c"]
)
def test_code_is_kept_byte_for_byte(code: str) -> None:
    escaped = code.replace("&", "&amp;").replace("<", "&lt;")

    assert code in html_to_text(f"<div class='some-class'><p>Do:</p><pre>{escaped}</pre></div>")
    assert code in html_to_text(f"<div class='some-class'><p>Do <code>{escaped}</code>.</p></div>")


def test_the_address_of_a_link_is_kept_once() -> None:
    links = '<a class="link" href="https://a.example/b">one</a> <a class="link" href="https://a.example/b">two</a>'

    assert html_to_text(f"<p>{links}</p>") == "one (https://a.example/b) two"


def test_an_address_that_is_its_own_text_is_not_repeated() -> None:
    assert html_to_text('<p><a href="mailto:ann@a.example">ann@a.example</a></p>') == "ann@a.example"


@pytest.mark.parametrize(
    ("piece", "text"),
    [
        ('<a href="docs/README.md">English</a> words', "English (docs/README.md) words"),
        ('<img src="images/logo.png" alt="Logo"> words', "Logo (images/logo.png) words"),
        ('<a href="a/b"><img src="c/d" alt="e"></a> words', "e (c/d) (a/b) words"),
        ('<a href="#top">Up</a> <a href="javascript:go()">Go</a> <a href="">On</a> <img src="data:x">', "Up Go On"),
    ],
)
def test_a_piece_of_a_page_keeps_the_files_it_names_and_a_page_does_not(piece: str, text: str) -> None:
    assert html_to_text(f"<div align='center'>{piece}</div>") == text
    assert "(" not in html_to_text(f"<!doctype html><body>{piece}</body>")


def test_a_power_is_no_power_after_its_element() -> None:
    assert html_to_text("<p><b>a</b> 10<sup></sup>5 and 10<sup>5</sup></p>") == "a 105 and 10^5"


def test_nothing_struck_out_leaves_no_marks() -> None:
    assert html_to_text("<p>a<del></del> <del><b>b</b></del> c</p>") == "a ~~b~~ c"


def test_what_is_hidden_in_code_is_not_shown() -> None:
    page = "<p>Run <code>a<i hidden>x<b>y</b></i><style>z {}</style>b</code></p>"

    assert html_to_text(page) == "Run `ab`"


def test_a_piece_of_a_page_is_html_and_a_prompt_is_not() -> None:
    assert is_html("<div class='a'><custom-card>a</custom-card></div>")
    assert not is_html("<instructions><p>Answer.</p></instructions>")


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<div>\n<ol><li value=7>seven</li><li>eight</li></ol>\n</div>", "7. seven\n8. eight"),
        ("<div>\n<p>He said <q>no</q>.</p>\n</div>", 'He said "no".'),
        ("<div>\n<p>101<sub>2</sub> is 5<sub>10</sub>, H<sub>2</sub>O</p>\n</div>", "101_2 is 5_10, H2O"),
        ("<div>\n<label>On <input type=date value=2025-03-01></label>\n</div>", "On 2025-03-01"),
        ("<div>\n<label>Born <input placeholder=dd.mm.yyyy></label>\n</div>", "Born dd.mm.yyyy"),
        ("<div>\n<label><input type=checkbox checked> paid</label><label><input type=checkbox> sent</label>\n</div>",
         "[x] paid [ ] sent"),
        ("<div>\n<select><optgroup label=Swiss><option>Bern<option selected>Zug</optgroup></select>\n</div>",
         "Swiss\nBern\n[x] Zug"),
        ("<div>\n<map><area href='https://a.example/n' alt=North></map><p>x</p>\n</div>", "North (https://a.example/n)\n\nx"),
        ("<section>\n<title>Results 5</title>\n<p>It is 7.</p>\n</section>", "Results 5\n\nIt is 7."),
    ],
)  # fmt: skip
def test_what_a_form_a_list_or_a_formula_shows_is_written(page: str, text: str) -> None:
    assert html_to_text(page) == text
    assert page_text_complete(page, text) is None
    for number in re.findall(r"\d+(?!\. |\d)|\[x\]|\"no\"|Swiss|North|Results", text):
        assert page_text_complete(page, text.replace(number, "", 1)) is not None


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>Take 1<sup>1</sup>/<sub>2</sub> of 12<sup>3</sup>/<sub>4</sub></p>", "Take 1 1/2 of 12 3/4"),
        ("<p>2<sup>n</sup>, x<sup>2</sup>/y, 2<sup>nd</sup>, 12<sup>b</sup></p>", "2^n, x^2/y, 2nd, 12^b"),
        ("<ol type=a start=2><li>Rye<li>Oats</ol><ol type=I start=4><li>Bran</ol>", "b. Rye\nc. Oats\n\nIV. Bran"),
        ("<p>Built <time datetime=2026-11-24>yesterday</time>, <time datetime=2026>in 2026</time></p>",
         "Built yesterday (2026-11-24), in 2026"),
        ("<p><abbr title='Lake Zug Line'>LZL</abbr>, <abbr title='Lake Zug Line'>LZL</abbr></p>",
         "LZL (Lake Zug Line), LZL"),
        ("<table><tr><td>Bern<td><i title=closed></i><tr><td>Zug<td><span aria-label=open></span></table>",
         "Bern | closed\nZug | open"),
        ("<table><tr><th rowspan=2>Who<th colspan=2>Sum<th>No<tr><th>May<th>June<tr><td>A<td>1<td>2<td>3</table>",
         "Who | Sum |  | No\n | May | June\nA | 1 | 2 | 3"),
        ("<table><tr><td>a<td rowspan=3>b<tr><td>c<tr><td>d<tr><td>e<td>f</table>", "a | b\nc\nd\ne | f"),
        ("<html><body><p><a href=a.pdf?v=2>A</a> <a href=/b>B</a></p></body></html>", "A (a.pdf?v=2) B"),
    ],
)  # fmt: skip
def test_what_signs_and_cells_that_go_on_say_is_written(page: str, text: str) -> None:
    assert html_to_text(page) == text
    assert page_text_complete(page, text) is None


@pytest.mark.parametrize(
    "text",
    [
        "<section>\n<input>3 4</input><output>7</output>\n</section>",
        "<section>\n<link>https://a.example/5</link>\n<p>x</p>\n</section>",
        "<div>\n<tr><td>a 1</td><td>b 2</td></tr>\n</div>",
    ],
)
def test_xml_with_names_of_html_and_cells_without_a_table_stay(text: str) -> None:
    assert html_to_text(text) == text


@pytest.mark.parametrize(
    "xml",
    [
        '<table>\n<tr id="537"><td>4</td><td>Bob</td></tr>\n<tr id="538"><td>5</td><td>Eve</td></tr>\n</table>',
        '<table name="orders" owner="anna">\n<tr><td type="int">4</td><td>Bob</td></tr>\n</table>',
        '<section number="4.2" status="draft">\n<p>The tenant pays 900.</p>\n</section>',
        '<div type="chapter" n="3">\n<p n="12">It rained 40 days.</p>\n</div>',
        '<body>\n<p begin="00:01" end="00:03">Hello there</p>\n<p begin="00:04" end="00:06">No</p>\n</body>',
        '<main>\n<menu day="Monday">\n<li kcal="400">Soup</li>\n</menu>\n</main>',
        '<section>\n<data value="7" unit="kg">Flour</data>\n<time zone="CET">noon</time>\n</section>',
        '<section>\n<img file="a.png" shows="mill"/>\n<video length="7">Film</video>\n</section>',
        '<section>\n<form code="1099"><label line="4">Wages</label><input amount="900"/></form>\n</section>',
        '<main>\n<ins by="Ann" on="May">new</ins><del by="Bob">old</del>\n</main>',
        "<main>\n<?page 7?>\n<p>Yes, it is.</p>\n</main>",
        '<p>\n<ul currency="EUR">\n<li price="12">Flour</li>\n</ul>\n</p>',
    ],
)
def test_xml_with_names_of_html_keeps_what_html_does_not_show(xml: str) -> None:
    root = ET.fromstring(xml)
    values = [value for element in root.iter() for value in element.attrib.values()]

    for frame in ("{}", "Which is it?\n\n{}"):
        found = compress(frame.replace("{}", xml), "tidy").text
        assert all(value.strip() in found for value in [*values, *root.itertext()])
        assert "<?page" not in xml or "<?page 7?>" in found


def test_a_page_that_declares_names_keeps_every_byte() -> None:
    page = '<!DOCTYPE html [\n<!ENTITY mill "Old Mill">\n]>\n<html>\n<p>Yes, the &mill; is.</p>\n</html>'

    assert compress(page, "tidy").text == page


def test_attributes_of_html_are_left_out() -> None:
    page = (
        '<div id="a" class="b" data-at="1" aria-label="c" onclick="d()">\n<a href="/e" target="_blank" rel="f">G</a>\n'
        '<td-x shown="h">I</td-x>\n<img src="/j" alt="k" loading="lazy">\n<input type="text" value="l">\n</div>'
    )

    assert compress(page, "tidy").text.split() == ["G", "(/e)", "I", "k", "(/j)", "l"]


@pytest.mark.parametrize("declared", ['<?xml version="1.0" encoding="UTF-8"?>\n', "<?xml version='1.0'?>"])
@pytest.mark.parametrize("frame", ["<page>\n{}\n</page>\n\nWhich is it?", "Which is it?\n\n{}", "Page:\n{}"])
def test_the_declaration_of_a_page_in_xhtml_is_part_of_it(declared: str, frame: str) -> None:
    page = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">\n<html lang="en">\n<p>Mill <b>5</b></p>\n</html>'

    assert compress(frame.format(declared + page), "tidy").text == frame.format("Mill 5")


@pytest.mark.parametrize("tag", ["body", "section", "main", "div", "table", "ul", "nav"])
@pytest.mark.parametrize(
    "words", ["id,price\n81,12\n24,19\n17,33", "Dear Olu,\n\nthe mill is sold.\n\nEwa\n5 Dock Lane", "if x:\n    y = 1"]
)
def test_words_that_a_prompt_has_in_a_tag_with_a_name_of_html_keep_every_byte(tag: str, words: str) -> None:
    for frame in ("<mail>\n<subject>Sale</subject>\n{}\n</mail>\n\nWho paid?", "{}\n{}\n\nWho paid?", "{}"):
        text = frame.replace("{}", f"<{tag}>\n{words}\n</{tag}>")

        assert compress(text, "tidy").text == text


@pytest.mark.parametrize("tag", ["style", "script", "template", "object"])
def test_words_that_a_prompt_has_in_a_tag_that_no_page_shows_stay(tag: str) -> None:
    page = "<div>\n<p>The mill <b>is</b> sold.</p>\n</div>"
    words = f"<{tag}>\nBe terse. Never use emojis.\n</{tag}>\n"

    assert words in compress(f"{words}{page}\n\nWho paid?", "tidy").text
    assert compress(f"<style>\np {{}}\n</style>\n{page}", "tidy").text == "The mill is sold."


@pytest.mark.parametrize(
    "formula",
    ["2<sup>n-1</sup>", "x<sup>1/2</sup>", "e<sup>-x/2</sup>", "e<sup>x</sup>y", "10<sup>5</sup>3", "x<sub>-1</sub>",
     "x<sub>n+1</sub>", "log<sub>10</sub>2", "<sup>235</sup><sub>92</sub>U", "x<sup>2n</sup>", "x<sup>10 n</sup>",
     "x<sup>n</sup>2", "e<sup>i\u03c0</sup>", "2<sup>k\u03b1</sup>"],
)  # fmt: skip
def test_a_page_with_a_power_or_an_index_that_would_run_into_what_follows_keeps_every_byte(formula: str) -> None:
    page = f"<!doctype html>\n<html><body><p>It is <b>{formula}</b>, not more.</p></body></html>"

    assert compress(page, "tidy").text == page


def test_powers_and_indexes_whose_end_is_seen_are_written() -> None:
    words = "CO<sub>2e</sub>, 10<sup>-3</sup> m<sup>2</sup>/s, 2<sup>n</sup>-1, 1<sup>st</sup>, x<sup>[1-3]</sup>"

    assert compress(f"<div>\n<p>{words}</p>\n</div>", "tidy").text == "CO2e, 10^-3 m^2/s, 2^n-1, 1st, x[1-3]"


def test_items_may_have_numbers_below_zero() -> None:
    page = "<div>\n<ol start=-2><li>a</li><li>b</li><li value=-7>c</li></ol>\n</div>"

    assert compress(page, "tidy").text == "-2. a\n-1. b\n-7. c"


CUT = """\
<!doctype html>
<html lang="en"><head><title>The "old" mill</title><meta name="d" content='x y'>
<style>p { color: red }</style><script>if (a < b) { go("</p>") }</script></head>
<body class="main page"><!-- a note --><h1>Mill &amp; weir</h1><p title="tel">Call <b>555 1234</b>.</p>
<textarea>Say it</textarea><select><option selected>One</option></select><svg><title>Logo</title></svg>
<template><p>hidden</p></template><iframe src="x">frame</iframe><a href="https://example.org/a">more</a></body></html>"""


@pytest.mark.parametrize("frame", ["{}\n\n{}", "Here is the page:\n\n{}\n\n{}", "<document>\n{}\n</document>\n\n{}"])
def test_a_page_that_was_cut_off_anywhere_takes_nothing_with_it_that_follows(frame: str) -> None:
    question = "Find the telephone number.\n\nBe brief."
    for end in range(40, len(CUT) + 1, 3):
        before = frame.format(CUT[:end].rstrip(), question)

        assert compress(before, "tidy").text.endswith(before[before.index("\n</document>") if "</" in frame else -38 :])
    assert "Mill & weir" in compress(frame.format(CUT, question), "tidy").text


@pytest.mark.parametrize("end", range(240, len(CUT) - 1, 20))
def test_a_page_that_was_cut_off_is_text_where_all_of_a_told_value_is_one(end: int) -> None:
    page = CUT[:end].rstrip()
    prompt = f"Find the telephone number.\n\n{page}\n\nBe brief."
    at = prompt.index(page)
    left = compress(prompt, "tidy", told=[(at, at + len(page))]).text

    assert left.startswith("Find the telephone number.\n\n")
    assert left.endswith("\n\nBe brief.")
    assert len(left) < len(prompt)
    assert ("Mill & weir" in left) == ("&amp; weir" in page)
