from __future__ import annotations

import re

import pytest

from scrimp.cli.help.markdown import Heading, Item, Lines, Paragraph, Table, blocks, title
from scrimp.cli.help.plain_text import page_text
from scrimp.cli.help.topics import topics

PAGE = """\
# scrimp-x(7): a page

Words that go on
in a second line, with `code of words` and **strong ones**.

<!-- for a tool -->
- one
- two, which
  goes on

In this order:

1. a first one
10. a last
one

| key | meaning |
|---|---|
| `a` | one \\| two |

```toml
# not a heading

a = 1
```
"""


def test_a_page_becomes_its_blocks() -> None:
    assert list(blocks(PAGE)) == [
        Heading(1, "scrimp-x(7): a page"),
        Paragraph("Words that go on in a second line, with `code of words` and **strong ones**."),
        Item("one"),
        Item("two, which goes on"),
        Paragraph("In this order:"),
        Item("a first one", "1."),
        Item("a last one", "10."),
        Table(("key", "meaning"), (("`a`", "one | two"),)),
        Lines("toml", ("# not a heading", "", "a = 1")),
    ]
    assert title(PAGE) == ("scrimp-x", "7", "a page")


def test_a_page_without_a_title_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with a title"):
        title("# a page")


def test_text_keeps_the_marks_of_code_where_there_is_no_bold() -> None:
    text = page_text(list(blocks(PAGE)), 80, color=False)

    assert "  Words that go on in a second line, with `code of words` and strong ones.\n" in text
    assert "  - one\n  - two, which goes on\n" in text
    assert "  1. a first one\n  10. a last one\n" in text
    assert "  a    one | two\n" in text
    assert "\n    a = 1\n" in text


@pytest.mark.parametrize("width", range(40, 60))
def test_bold_words_are_bold_in_every_line(width: int) -> None:
    text = page_text([Paragraph("plain " * 5 + "`" + "bold " * 9 + "end`, plain again")], width, color=True)
    bold = "".join(re.findall(r"\x1b\[1m(.*?)\x1b\[0m", text))

    assert text.count("\x1b[1m") == text.count("\x1b[0m")
    assert bold.replace(" ", "") == "bold" * 9 + "end"


@pytest.mark.parametrize("name", topics())
@pytest.mark.parametrize("width", [60, 80, 200])
def test_words_of_every_page_fit_the_screen(name: str, width: int) -> None:
    words = [block for block in blocks(topics()[name].text) if not isinstance(block, Lines)]

    assert max(map(len, page_text(words, width, color=False).splitlines())) <= width


@pytest.mark.parametrize("name", topics())
def test_quoted_lines_of_every_page_fit_a_screen_of_man(name: str) -> None:
    quoted = [line for block in blocks(topics()[name].text) if isinstance(block, Lines) for line in block.lines]

    assert [line for line in quoted if len(line) > 120] == []
