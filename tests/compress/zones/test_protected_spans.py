from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrimp.compress.zones.protected_spans import Span, fences, find_spans, rewrite_outside

DATA = Path(__file__).parent.parent / "data"
TRAPS = [json.loads(line) for line in (DATA / "adversarial.jsonl").read_text().splitlines()]
# The traps whose `must` are patterns' to hold; the others are about white space, plain words or drawings.
HELD = ("002", "004", "018")

pieces = st.lists(
    st.sampled_from(
        ["word ", "Word. ", "`", "```", "\n", "\n\n", "$", "$$", "{", "}", "{{n}}", "<", ">", "<b>",
         "<scrimp:keep>", "</scrimp:keep>",
         '"', "'", "it's ", "\u00ab", "\u00bb", "\u201c", "\u201d", "https://a.b/c?d=1", "me@x.org", "/etc/x",
         "a/b/c", "|", "---", "@@ -1 +1 @@",
         "5 mg ", "-40", "v1.2.3", "snake_case", "camelCase", "-x ", "--long", "\\(", "\\)", "\\", "\ud800", "\0",
         "\u200d", "\u202e", "\u4e0d\u662f"]
    ),
    max_size=40,
).map("".join)  # fmt: skip
texts = st.one_of(st.text(), st.text(st.characters()), pieces)


def kinds(text: str) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in find_spans(text)]


@given(texts)
@example("| a | b |\n|---|---|\n| 1 | 2 |\n```\nx\n```")
def test_spans_are_in_order_inside_the_text_and_do_not_overlap(text: str) -> None:
    done = 0
    for span in find_spans(text):
        assert done <= span.start < span.end <= len(text)
        done = span.end


@given(texts)
def test_what_is_protected_is_the_same_to_the_byte_whatever_the_rule_does(text: str) -> None:
    protected = find_spans(text)

    after = rewrite_outside(text, protected, lambda _: "\N{BLACK SQUARE}")

    rest = after
    for span in protected:
        piece = text[span.start : span.end]
        assert piece in rest
        rest = rest[rest.index(piece) + len(piece) :]


@given(texts)
def test_a_rule_that_does_nothing_gives_the_text_itself(text: str) -> None:
    assert rewrite_outside(text, find_spans(text), lambda piece: piece) == text


@given(texts, st.sampled_from(["wor", r"\w+", r"[`$<]", "x?"]))
def test_what_the_user_protects_is_covered_wherever_it_is(text: str, pattern: str) -> None:
    protected = find_spans(text, extra=re.compile(pattern))
    covered = {at for span in protected for at in range(span.start, span.end)}

    assert all(at in covered for match in re.finditer(pattern, text) for at in range(*match.span()))


@pytest.mark.parametrize(
    ("text", "kind", "piece"),
    [
        ("see\n```py\nx  = 1\n```\nend", "fence", "```py\nx  = 1\n```"),
        ("see\n```py\nnever closed", "fence", "```py\nnever closed"),
        ("run `a  b` now", "code", "`a  b`"),
        ("where $a  + b$ holds", "math", "$a  + b$"),
        ("where \\[ x\n+ y \\] holds", "math", "\\[ x\n+ y \\]"),
        ("Dear {{ name }}!", "template", "{{ name }}"),
        ("pay ${amount} now", "template", "${amount}"),
        ("say <b class='x'>so", "tag", "<b class='x'>"),
        ("a <scrimp:keep>  b  </scrimp:keep> c", "keep", "<scrimp:keep>  b  </scrimp:keep>"),
        ("see (https://a.b/c_(d)?e=1).", "url", "https://a.b/c_(d)?e=1"),
        ("ask o'brien@x.example.", "email", "o'brien@x.example"),
        ("open ./src/a.py now", "path", "./src/a.py"),
        (r"open C:\a\b.txt now", "path", r"C:\a\b.txt"),
        ('say "in  order to" twice', "quote", '"in  order to"'),
        ("say 'in order to' twice", "quote", "'in order to'"),
        ("il dit \u00abs'il vous pla\u00eet\u00bb", "quote", "\u00abs'il vous pla\u00eet\u00bb"),
        ("er sagt \u201eso  nicht\u201c", "quote", "\u201eso  nicht\u201c"),
        ("\u300c\u4e0d\u8981\u300d\u3002", "quote", "\u300c\u4e0d\u8981\u300d"),
        ("---\ntitle: a\n---\ntext", "front_matter", "---\ntitle: a\n---"),
        ("x\n| a | b |\n|---|---|\n| 1 | 2 |\ny", "table", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("x\n@@ -1,2 +1 @@\n a\n-b\n\ny", "hunk", "@@ -1,2 +1 @@\n a\n-b"),
        ("take 0.5 mg/kg daily", "number", "0.5 mg/kg"),
        ("it was -40 \u00b0C then", "number", "-40 \u00b0C"),
        ("needs v2.0.0-rc.1+build.5 now", "version", "v2.0.0-rc.1+build.5"),
        ("needs >=3.10,<4 now", "version", ">=3.10,<4"),
        ("call snake_case now", "ident", "snake_case"),
        ("call os.path.join() now", "ident", "os.path.join()"),
        ("in eu-west-1 now", "ident", "eu-west-1"),
        ("use --max-tokens here", "flag", "--max-tokens"),
    ],
)
def test_each_kind_is_found_whole(text: str, kind: str, piece: str) -> None:
    assert (kind, piece) in kinds(text)


def test_an_apostrophe_opens_no_quotation() -> None:
    assert kinds("it's the dogs' bone and don't you forget") == []


def test_prices_are_no_mathematics() -> None:
    assert kinds("between $5 and $10 then") == [("number", "$5"), ("number", "$10")]


def test_plain_words_are_not_protected() -> None:
    assert find_spans("Please tell me, in a few words, what the Chancellor said. Thank you!") == []


def test_a_fence_says_what_it_is_marked_with() -> None:
    (fence,) = fences("a\n~~~ {.python}\nx\n~~~\nb")

    assert (fence.info, fence.start, fence.end) == ("python", 2, 21)


@pytest.mark.parametrize(
    "trap", [trap for trap in TRAPS if trap["id"].endswith(HELD)], ids=[f"adversarial-{number}" for number in HELD]
)
def test_the_traps_are_held(trap: dict[str, dict[str, list[str]]]) -> None:
    text = str(trap["text"])
    held = [text[span.start : span.end] for span in find_spans(text)]

    assert [item for item in trap["must_keep"]["must"] if not any(item in piece for piece in held)] == []


@pytest.mark.parametrize(
    "unit",
    [
        "`a",
        "$a ",
        "<a",
        '"a ',
        "'a ",
        "a-",
        "a/b",
        "a.",
        '\\"',
        "|-|\n",
        "{{",
        "\\[",
        "1,",
        "\u00ab",
        "<!--",
        "((",
        "a@",
    ],
)
def test_a_text_made_to_blow_up_is_no_trap(unit: str) -> None:
    # Quadratic matching would take minutes here; the suite's own time limit would tell.
    assert find_spans(unit * 100_000)[-1:] != [Span(0, 0, "code")]
