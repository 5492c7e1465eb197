"""Draw programs of many languages with JSON in their strings, and prompts of tables, logs and letters."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from hypothesis import strategies as st

from scrimp.values import TextSpan

_SHOWN = st.sampled_from([
    [{"id": n, "city": "San  José", "total": 12.5 * n} for n in range(3)],
    {"order": {"id": 7, "lines": [{"sku": "A-1", "qty": 2}]}, "paid": True, "note": "[ 1 ]  {\n}"},
    [[1, 2, 3], [4, 5, 6], [7, 8, 9], ["x  y", None, True]],
    {"services": {"web": {"image": "nginx:1.27", "ports": ["80:80"]}}},
])  # fmt: skip
_LAYOUTS = st.sampled_from([{"indent": 2}, {"indent": 4}, {"indent": "\t"}, {"indent": 1}, {}])


def read_programs() -> dict[str, tuple[str, list[str]]]:
    """Return the name pygments has for each language and the pieces of its programs, the first of which opens them."""
    sections = (Path(__file__).parent / "programs.txt").read_text("utf-8").removeprefix("=== ").split("\n=== ")
    found = {}
    for section in sections:
        title, _, body = section.partition("\n")
        language, lexer = title.split()
        found[language] = lexer, body.rstrip("\n").split("\n---\n")
    return found


PROGRAMS = read_programs()


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Draw a JSON document as people print it, on one line or several."""
    return json.dumps(draw(_SHOWN), **draw(_LAYOUTS), ensure_ascii=False)


@st.composite
def programs(draw: st.DrawFn, language: str) -> str:
    """Draw a program: its opening and some of its other pieces, apart by one or two blank lines."""
    opening, *others = PROGRAMS[language][1]
    pieces = [opening, *draw(st.lists(st.sampled_from(others), min_size=1, max_size=4))]
    text = draw(st.sampled_from(["\n\n", "\n\n\n"])).join(pieces)
    while "@JSON@" in text or "@INDENTED@" in text:
        document = draw(documents())
        text = text.replace("@JSON@", document, 1)
        text = text.replace("@INDENTED@", "\n".join(f"      {line}" for line in document.split("\n")), 1)
    return text


# --- prompts of many kinds of text --------------------------------------------------------------------------------

Part = tuple[str, str]  # what precedes a document, or the whole of another text; the document, or nothing

_WORDS = st.sampled_from(["mill", "harbor", "Ann B.", "12", "7.50", "Łódź", "東京", "-", "n/a", "[1]", "{y}", "9%", ""])
_CELLS = st.lists(_WORDS, min_size=1, max_size=3).map(" ".join)


@st.composite
def aligned_tables(draw: st.DrawFn) -> str:
    """Draw a table whose cells are padded to the width of their columns, with or without bars and rulers."""
    columns = draw(st.integers(2, 5))
    rows = draw(st.lists(st.lists(_CELLS, min_size=columns, max_size=columns), min_size=2, max_size=6))
    if draw(st.booleans()):
        rows[draw(st.integers(0, len(rows) - 1))][draw(st.integers(0, columns - 1))] = ""
    widths = [max(len(row[at]) for row in rows) for at in range(columns)]
    right = draw(st.booleans())
    padded = [
        [cell.rjust(width) if right else cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        for row in rows
    ]
    style = draw(st.sampled_from(["spaces", "bars", "box", "sql"]))
    if style == "spaces":
        return "\n".join("   ".join(row) for row in padded)
    ruler = {"bars": "|", "box": "│", "sql": "+"}[style].join("-" * (width + 2) for width in widths)
    bar = "│" if style == "box" else "|"
    lines = [bar + bar.join(f" {cell} " for cell in row) + bar for row in padded]
    return "\n".join([lines[0], f"|{ruler}|" if style == "bars" else f"+{ruler}+", *lines[1:]])


_SEPARATED = st.builds(
    lambda rows, sign: "\n".join(sign.join([*row, ""]) for row in rows),
    st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=3, max_size=6),
    st.sampled_from(["\t", ",", ";", ", "]),
)
_TRANSCRIPT = st.lists(
    st.builds(
        "{}: {}".format,
        st.sampled_from(["Ann", "Bob", "[10:02] Support", "<carl>", "USER", "Assistant"]),
        st.sampled_from([
            "hi  there", "it says [ 1, 2 ] here", "```\nx  =  1\n```", "{ \"a\":  1 }", "see\n  - one\n  - two ", "no…",
            '{"a":  [1,  2,  3], "b":  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}', "¯\\_(ツ)_/¯", "ok\t\tok  ",
        ]),
    ),
    min_size=2, max_size=6,
).map("\n".join)  # fmt: skip
_LOG = st.lists(
    st.builds(
        "2026-11-25 10:00:{:02} {} {}".format,
        st.integers(0, 59),
        st.sampled_from(["INFO ", "WARN ", "ERROR"]),
        st.sampled_from(['took  {"job": 1, "ok":  true}', "started", 'refused\n    at x.y(Z.java:3)', '[ "a",  "b" ]']),
    ),
    min_size=3, max_size=8,
).map("\n".join)  # fmt: skip
_LETTER = st.sampled_from([
    "Dear Ann,\n\n   the bridge\n      is open.  \n\nYours,\n\tBob\n",
    "  _____\n /     \\   ( )\n|  o o  |\n \\_____/ [ ]",
    "Roses are red,  \nviolets are blue;\n\n  line\n    by  line\n",
    "> quoted  text\n>\n> > [ 1,  2 ]\n\nNo.",
    "# Title\n\n- a\n\n      [1,  2,  3]\n\n- b\n\n1. c\n   ```json\n   {\"a\":  1}\n   ```\n",
    "    {\"a\":  1,\n     \"b\":  [2,  3],  \"c\":  \"xxxxxxxxxxxxxxxxxxxxxxxx\"}",
    "| a | b |\n|---|---|\n| [1, 2] | {\"x\":  1} |",
    "~~~\n[1,  2,\n3]\n~~~",
    " \t \nwhite   space\u00a0\u2003here \x0b\f\n\r\nok\r\n",
])  # fmt: skip
_UNTOUCHED = st.one_of(aligned_tables(), _SEPARATED, _TRANSCRIPT, _LOG, _LETTER).map(lambda text: (text, ""))
DATA = st.tuples(
    st.sampled_from(["Order:\n", "Here is the customer's record:\n\n", "<order>\n", "Tool result:\n", ""]), documents()
)
PROMPTS = st.lists(st.one_of(_UNTOUCHED, DATA), min_size=1, max_size=5)


def joined(parts: list[Part]) -> str:
    """Return the prompt of these parts, with a sentence before each so that none goes on in the next."""
    told = (
        f"This came on day {at}.\n\n{text}{document}" + ("\n</order>" if text == "<order>\n" else "")
        for at, (text, document) in enumerate(parts)
    )
    return "\n\n".join([*told, "Who pays?"])


def without_white_space(part: Part) -> Part:
    """Return a part with its document written without white space."""
    text, document = part
    return text, json.dumps(json.loads(document), separators=(",", ":"), ensure_ascii=False) if document else ""


# --- documents in frames ------------------------------------------------------------------------------------------

_ARTICLE = "The mill was built in 1790 by Ann Berg. It burned down twice, and nobody was hurt. It is a museum. " * 3
_CONTENTS = st.one_of(
    documents(),
    st.lists(documents(), min_size=2, max_size=4).map("".join),  # with nothing between them
    st.sampled_from([_ARTICLE, "short", "", "$ ls\na.txt\nb.txt\n$ pwd\n/home\n", "<document>\n[]\n</document>"]),
    _LOG,
)
_FRAMES = st.sampled_from([
    "Document {}:\n{}", "Context:\n{1}", "## Source {}\n\n{}", "[{}] {}", "<document>\n{1}\n</document>", "{1}",
    '<doc id="{}">{}</doc>', "<documents>\n<doc>\n{1}\n</doc>\n</documents>", "--- file{}.txt ---\n{}\n", "Data: {1}",
])  # fmt: skip
FRAMED = st.lists(st.tuples(_FRAMES, _CONTENTS), min_size=2, max_size=5)


def in_frames(documents: list[Part]) -> tuple[str, list[TextSpan]]:
    """Return a prompt of documents in their frames, and where each of them stands."""
    text, told = "", []
    for number, (frame, document) in enumerate(documents, 1):
        before = frame[: frame.rindex("{")].format(number)
        told.append((len(text) + len(before), len(text) + len(before) + len(document)))
        text += frame.format(number, document) + "\n"
    return f"{text}\nWho pays?", told


# --- YAML ---------------------------------------------------------------------------------------------------------

_LINES = st.sampled_from([
    "".join(f"2026-11-25 10:00:{second:02} INFO worker took {second * 7} ms\n" for second in range(24)),
    "".join(f'{{"id":  {n}, "state":  "open"}}\n' for n in range(4)),
    "<html>\n<body>\n<h1>Mill</h1>\n<p>It was built in 1790.</p>\n</body>\n</html>\n",
    '[\n  {"id": 1, "city": "San  José"},\n  {"id": 2, "city": "Łódź"}\n]\n',
    "set -e\ncat <<EOF\n  [ 1,  2 ]\nEOF\nfor x in a b; do\n  echo  \"$x\"\ndone\n",
    "The mill was built in 1790. It was sold in 1801.\n\nThe mill was built in 1790. It was sold in 1801.\n",
    "id,city\n1,  Rome\n2,\t\n3,\n", "a  \nb\n\n\nc\n", "same line of output here\n" * 6,
    "aGVsbG8gd29ybGQh" * 40 + "\n",
])  # fmt: skip
_SCALARS = st.one_of(
    _LINES, st.text(max_size=12), st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False),
    st.sampled_from(["[ 1,  2 ]", "{ a:  1 }", "yes", "012", "1e3", "~", "# no", "- x", "a: b", " x ", "2026-11-25"]),
)  # fmt: skip
_NAMES = st.sampled_from(["name", "services", "run", "on", "data.json", "x y", "image", "1", "Question", "context"])
_NODES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3), max_leaves=8
)


class _BlockDumper(yaml.SafeDumper):
    """Writes text of several lines as people do, after a bar."""

    line_style = "|"

    def lines(self, text: str) -> yaml.ScalarNode:
        """Return how a text is written."""
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=self.line_style if "\n" in text else None)


class _QuotingDumper(_BlockDumper):
    """Writes text of several lines in quotation marks."""

    line_style = "'"


_BlockDumper.add_representer(str, _BlockDumper.lines)
_QuotingDumper.add_representer(str, _BlockDumper.lines)
YAML = st.builds(
    lambda documents, dumper, flow, indent: yaml.dump_all(
        documents,
        Dumper=dumper,
        default_flow_style=flow,
        indent=indent,
        allow_unicode=True,
        width=100,
        sort_keys=False,
    ),
    st.lists(st.dictionaries(_NAMES, _NODES, min_size=1, max_size=4), min_size=1, max_size=2),
    st.sampled_from([_BlockDumper, _QuotingDumper]),
    st.sampled_from([False, False, None, True]),
    st.integers(2, 4),
)
