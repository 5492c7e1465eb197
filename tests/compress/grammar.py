"""Prompts as people paste them together: stretches of every kind, each from a small grammar of its own.

Random characters find little: what breaks a compressor are the seams between kinds, and text that is nearly of one.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Text = SearchStrategy[str]


def one_of(*texts: str) -> Text:
    return st.sampled_from(texts)


def several(part: Text, joint: str | Text, least: int = 1, most: int = 6) -> Text:
    """Return between `least` and `most` parts with a joint between each two."""
    joints = st.just(joint) if isinstance(joint, str) else joint
    pairs = st.lists(st.tuples(part, joints), min_size=least, max_size=most)
    return pairs.map(lambda found: "".join(one + joint for one, joint in found[:-1]) + found[-1][0])


# --- what is asked ---------------------------------------------------------------------------------------------------

OPENERS = one_of(
    "Please ", "Could you please ", "I would like you to ", "I was wondering if you could ", "Hello! ", "Hi there, ",
    "I want you to ", "It would be great if you could ", "Kindly ", "Would you mind telling me ", "First of all, ",
    "As you may know, ", "You must ", "You should ", "Do not ", "Don't ", "Never ", "Only ", "Unless told so, ", "",
    "So, ", "Basically, ", "Thank you very much in advance. ", "In order to help, ", "Note that you may not just ",
)  # fmt: skip
VERBS = one_of(
    "list", "summarize", "take into account", "make use of", "make a decision about", "explain", "come up with",
    "carry out an analysis of", "be able to find", "translate", "not just count", "not too quickly read", "only read",
    "check whether or not to keep", "give me a detailed description of", "really very carefully check",
)  # fmt: skip
FACTS = one_of(
    "3 reasons", "$1,234.56", "0.5 mg/kg", "10^-6", "v2.0.0-rc.1", ">=3.10,<4", "https://example.com/a_b?x=1&y=%20",
    "ann.lee@example.org", "src/a_b/c.py", "`rm -rf /`", "max_size", "--dry-run", "-v", '"in order to"', "'as it is'",
    "the file", "a large number of rows", "all of the rows", "none of them", "no more than 7 words", "$x^2 + y$",
    "{{customer_name}}", "{order_id}", "%s", "<|im_start|>", "C:\\dir\\f.txt", "\u201cso to speak\u201d", "U.S. law",
    "New York City", "I.B.M.", "don't-care terms", "not only this", "&nbsp;", "foo()", "a.b.c", "1.5 kg", "50 %",
)  # fmt: skip
TAILS = one_of(
    ".", "?", "!", ", please.", ", and then please stop.", " in order to decide.", " due to the fact that it rains.",
    ", not just the first.", ", but not too long.", " only if it is new.", " unless I say otherwise.", "...",
    " at this point in time.", " as soon as possible, thanks.", ". Thank you!", " for the purpose of testing:",
)  # fmt: skip
SENTENCE = st.builds("{}{} {}{}".format, OPENERS, VERBS, FACTS, TAILS)
JOINTS = one_of(
    " ", " ", "  ", "\n", "\n", "\n\n", " \n", "\t\n", "\r\n", "\n\n\n\n\n", "\r", "\n- ", "\n1. ", "\n\n## "
)
ASKED = several(SENTENCE, JOINTS)
SHOTS = several(
    st.builds("Q: {}\nA: {}".format, one_of("Is 7 odd?", "What is 2+2?", "Why?"), one_of("Yes.", "4", "No.")), "\n\n"
)

# --- what is read ----------------------------------------------------------------------------------------------------

TOLD = one_of(
    "The harbour was rebuilt in the spring of 1931.", "Ada Marsh opened the bridge at Riverton.", "It was not cheap.",
    "Nobody had asked him, or so he said.", "Dr. Smith et al. (2004) disagree.",
    "\u6865\u4e8e1931\u5e74\u5efa\u6210\u3002",
    "Der Turm steht nicht mehr.", "He paid $5.00 (no more) at 10 a.m. sharp.", "\u201cWhy?\u201d she asked.",
    "The towers, e.g. those at A. Hill, fell.",
    "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645.", "Please read it in order to learn.",
)  # fmt: skip
PARAGRAPH = several(TOLD, " ", least=2, most=12)
ARTICLE = several(PARAGRAPH, one_of("\n\n", "\n"), most=4)
TAGS = one_of("context", "document", "passage", "text", "sources")
TAGGED = st.builds(lambda tag, body: f"<{tag}>\n{body}\n</{tag}>", TAGS, ARTICLE)
LABELS = one_of("Passage 1: ", "Document [2]: ", "[1] ", "Context:\n", "Source: ", "### Passage\n", "Title: x\n")
LABELLED = several(st.builds("{}{}".format, LABELS, PARAGRAPH), "\n\n", most=4)
QUESTIONS = one_of(
    "Question: Who opened the bridge at Riverton?", "When was the harbour rebuilt?", "What is 7?", "Answer:",
    "\u6865\u4f55\u65f6\u5efa\u6210\uff1f", "Task: sum up.", "Q: Is it so?",
)  # fmt: skip

# --- records ---------------------------------------------------------------------------------------------------------

LEXEMES = one_of(
    "1.0", "1e400", "-0", "-0.0", "12345678901234567890123", "0.10", "1E+2", "true", "false", "null", '""', '" "',
    r'"\u00e9"', '"\u00e9"', r'"\/"', r'"\ud800"', r'"a\nb"', '"  two  spaces  "', '"Please, do not"', '"[1,2]"',
    r'"\"q\""', '"{\\"a\\": 1}"', '"\u2028"', '"_cols"', '"```"', '"<b>x</b>"', "[]", "{}",
)  # fmt: skip
KEYS = one_of('"a"', '"a"', '"b"', '"c d"', r'"\u0061"', '""', '"_cols"', '"_rows"', '"id"', '"name"')
GAPS = one_of("", " ", "\n", "\n    ", "\t", "\r\n", "  ")


def _json(inner: Text) -> Text:
    member = st.builds("{}{}:{}{}".format, KEYS, GAPS, GAPS, inner)
    return st.one_of(
        st.builds(lambda parts, gap: f"[{gap}{f',{gap}'.join(parts)}{gap}]", st.lists(inner, max_size=5), GAPS),
        st.builds(lambda parts, gap: f"{{{gap}{f',{gap}'.join(parts)}{gap}}}", st.lists(member, max_size=5), GAPS),
    )


JSON = _json(st.recursive(LEXEMES, _json, max_leaves=12))


@st.composite
def rows(draw: st.DrawFn) -> str:
    """Draw an array of objects that have the same keys, as services print them, or JSONL."""
    keys = draw(st.lists(st.sampled_from(["id", "name", "cpu", "note", "at"]), min_size=1, max_size=4, unique=True))
    count = draw(st.integers(1, 8))
    lines = draw(st.sampled_from([True, False]))
    gap = "" if lines else draw(st.sampled_from(["\n  ", " ", "", "\n"]))
    cell = st.one_of(LEXEMES, st.integers(0, 9).map(str))
    found = [", ".join(f'"{key}": {draw(cell)}' for key in keys) for _ in range(count)]
    return "\n".join(f"{{{row}}}" for row in found) if lines else f"[{gap}{f',{gap}'.join(f'{{{r}}}' for r in found)}]"


RECORDS = st.one_of(JSON, rows())
CSV = st.builds(
    lambda head, body: "\n".join([head, *body]),
    one_of("id,name,n", "a\tb\tc"),
    st.lists(one_of('001,"Smith, John",1.50', '2,"O""Neil",7', "3,,0", "1\t2\t3", 'x,"a\nb",2'), max_size=6),
)

# --- what programs print ---------------------------------------------------------------------------------------------

NUMBERS = st.integers(0, 99)
LOG_LINES = st.one_of(
    st.builds("2026-11-25 10:00:{:02} INFO worker {} took job {}".format, NUMBERS, NUMBERS, NUMBERS),
    st.builds("2026-11-25 10:00:{:02} ERROR worker {} lost it: refused".format, NUMBERS, NUMBERS),
    st.builds('10.0.0.{} - - "GET /a/{} HTTP/1.1" {}'.format, NUMBERS, NUMBERS, one_of("200", "500", "404")),
    one_of("Traceback (most recent call last):", '  File "a.py", line 3, in f', "ValueError: no", "", "same line",
           "same line", "    at x.y(Z.java:3)", "[3 more lines like this, source lines 2-9]"),
)  # fmt: skip
LOG = several(LOG_LINES, "\n", least=3, most=14)
COMMAND = st.builds(
    lambda head, body: "\n".join([head, *body]),
    one_of("$ grep -rn TODO src", "$ ls -l", "total 12", "commit abcdef0123456789", "=====================", "$ make"),
    st.lists(
        st.one_of(
            st.builds("src/scrimp/flows/engine.py:{}: TODO number {}".format, NUMBERS, NUMBERS),
            st.builds("-rw-r--r--  1 ann ann  {:5} Jan  5 10:{:02} f{}.txt".format, NUMBERS, NUMBERS, NUMBERS),
            st.builds("./very/long/directory/name/file{}.txt".format, NUMBERS),
            st.builds("M  src/a{}.py".format, NUMBERS),
            one_of("--------------------", "NAME      READY   STATUS", "pod-1     1/1     Running", "a  b  c", "",
                   "[each line below begins: x]", "ok", "ok", "ok"),
        ),
        max_size=12,
    ),
)  # fmt: skip
HTML = st.builds(
    lambda tag, body: f"<{tag}>\n{body}\n</{tag}>",
    one_of("div", "html", "table", "section"),
    several(
        one_of("<p>Not <b>just</b> one.</p>", "<li>3 &amp; 4</li>", "<pre>a  b\n  c</pre>", "<script>x()</script>",
               "<code>f( x )</code>", "<a href='https://e.com/x'>here</a>", "<!-- no -->", "<br>", "</div>", "a < b",
               "<tr><td>1.0</td><td>not</td></tr>", "<h2>Title</h2>", "&lt;p&gt;", "plain words", "<p", "<div>"),
        one_of("\n", " ", ""), most=10,
    ),
)  # fmt: skip

# --- what nobody may touch -------------------------------------------------------------------------------------------

CODE_LINES = one_of(
    "def f(x):  ", "\treturn  {'a':   1}", "", "", "# please note: in order to", "    x = 1.0", "  - item", "}",
    "if (a  &&  b) {", "print('not  just')\t", "SELECT *  FROM t;", "    ", "a\r", "same", "same", "same", "same",
)  # fmt: skip
CODE = several(CODE_LINES, "\n", most=10)
INFOS = one_of("python", "", "json", "js title=x", "diff", "yaml", "markdown")
FENCE = st.one_of(
    st.builds("{0}{1}\n{2}\n{0}".format, one_of("```", "~~~", "````"), INFOS, CODE),
    st.builds("```json\n{}\n```".format, RECORDS),
)
KEEP = st.one_of(
    st.builds("<scrimp:keep>{}</scrimp:keep>".format, st.one_of(ASKED, CODE, RECORDS, LOG, ARTICLE)),
    st.builds("<scrimp:keep>\n{}\n</scrimp:keep>".format, FENCE),
)
INDENTED = CODE.map(lambda code: "\n" + "\n".join(f"    {line}" for line in code.split("\n")) + "\n")
DIFF = st.builds("--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n x\n-{}\n+{}".format, one_of("a", "b  "), one_of("c", "\td"))
TABLE = st.builds("| a | b |\n|---|:-:|\n{}".format, several(one_of("| 1.0  | x |", "| not |  |", "|a|b|"), "\n"))
MATHS = one_of("$$\\int_0^1  x\\,dx$$", "\\[ a  = b \\]", "It costs $5 and $6.", "\\begin{a}\n x  &  y\n\\end{a}")
DATA_FENCE = st.builds("```{}\n{}\n```".format, one_of("log", "text", "csv"), st.one_of(LOG, CSV, COMMAND, CODE))
FRONT = one_of("---\ntitle:  x\n---\n", "+++\na = 1\n+++\n")
QUOTED = one_of("> not just\n> this\n", '"Please, could you\njust do it?"', "\u00abBonjour,  Madame\u00bb")
STRAY = one_of("```", "~~~", "<context>", "</context>", "<div>", "<scrimp:keep>", "</scrimp:keep>", "{", "]", "`", '"')

# --- all of it -------------------------------------------------------------------------------------------------------

SAID = (ASKED, SHOTS, QUESTIONS, MATHS, QUOTED, TABLE)
READ = (TAGGED, LABELLED, ARTICLE)
PRINTED = (RECORDS, CSV, LOG, COMMAND, HTML, DATA_FENCE)
UNTOUCHED = (FENCE, KEEP, INDENTED, DIFF)
SEAMS = one_of("\n", "\n\n", "\n", "\n\n", "\n\n\n\n\n", "\r\n", " \n \n", "\n---\n")
RUN_ON = one_of("", " ", "\n", "\n\n", "\r", "\n\n\n\n \n")
ODD = st.text(st.characters(), max_size=8)  # lone surrogates among them


def prompt(*parts: Text, seams: Text = SEAMS, most: int = 6) -> Text:
    """Return a prompt of stretches of these kinds, with white space of all sorts around and between them."""
    ends = one_of("", "", "\n", " ", "\n\n\n", "\ufeff", "\t")
    return st.builds("{}{}{}".format, ends, several(st.one_of(*parts), seams, most=most), ends)


PROMPT = prompt(*SAID, *READ, *PRINTED, *UNTOUCHED, FRONT)
BROKEN = prompt(*SAID, *READ, *PRINTED, *UNTOUCHED, STRAY, STRAY, ODD, seams=RUN_ON)

# --- what is written shorter in several ways, of which one may make room for another ----------------------------------

_NAMES = one_of("Ada Marsh", "the mayor", "a captain of the fleet", "Tadhg Orr", "an engineer from the south")
_TOWN_SENTENCE = st.builds(
    "In {} the {} of the town was moved to the square, as the council had decided, and {} paid for it.".format,
    st.integers(1800, 1990), one_of("bridge", "mill", "harbour", "press"), _NAMES,
)  # fmt: skip
_TOWN_PASSAGE = several(st.one_of(_TOWN_SENTENCE, TOLD), " ", least=3, most=8)
_TWICE = st.builds(
    "<text>\n{0}\n</text>\n\n<text>\n{1}\n</text>\n\n<text>\n{0}\n</text>".format, _TOWN_PASSAGE, _TOWN_PASSAGE
)
_MATCH = st.builds(
    "{}:{}:    {} = {}({})".format, one_of("src/mill/press.py", "src/mill/town.py", "src/kiln/bridge.py"),
    st.integers(1, 900), one_of("mill", "press"), one_of("town", "kiln"), st.integers(0, 9),
)  # fmt: skip
_MATCHES = several(_MATCH, "\n", least=6, most=24).map(lambda found: "$ grep -rn mill src\n" + found)
FOLDED = several(st.one_of(_TWICE, _MATCHES, _TOWN_PASSAGE.map("<text>\n{}\n</text>".format)), "\n\n", most=3)
