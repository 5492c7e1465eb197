"""How the time of compression grows with the text, for shapes made to blow it up: `python tests/bench/linear.py`.

For every shape and level: the seconds of processor time that SIZE characters take (--size, 500,000 when not given), and
how many times as long four times as many take: about 4 is linear, 16 quadratic; where both are too quick to tell,
nothing is said. At the end the same of prose without a line end, 10 MB of it. It reports, and judges nothing.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).parent.parent))

from scrimp.compress import LEVELS, compress

QUERY = "Who opened the bridge at Riverton?"
WORDS = "The harbour of the town was rebuilt in 1931, not just once, and Ada Marsh opened the bridge at Riverton. "
LEAST = 0.02  # seconds below which a ratio says nothing
UNITS = {
    "words": WORDS, "one word": "a", "digits": "1", "spaces": " ", "blank lines": "\n", "space and line": " \n",
    "lone returns": "\r", "brackets": "[", "braces": "{", "pairs": "[1,", "keys": '{"a":', "backticks": "`",
    "fences": "```\n", "tildes": "~~~", "quotation marks": '"', "apostrophes": "'", "quoted words": '"a ',
    "angles": "<",
    "tags": "<div>", "open tags": "<p ", "comments": "<!--", "contexts": "<context>", "labels": "[1] a\n",
    "passages": "Passage 1: a b c. \n", "questions": "? \n", "keeps": "<scrimp:keep>", "dollars": "$", "maths": "$a ",
    "backslashes": "\\", "templates": "{{", "percents": "{%", "entities": "&amp", "dashes": "-", "rulers": "-----\n",
    "bars": "|", "rows": "a,b,", "CSV": 'a,"b\n', "tabs": "a\tb\t", "gaps": "a  b  ", "dots": "a.", "slashes": "a/",
    "colons": "a:", "keys of YAML": "a:\n ", "times": "10:00:00 ", "log": "10:00:00 INFO a\n", "grep": "a/b.py:1: c\n",
    "listing": "-rw-r--r-- 1 a a 1 f\n", "commits": "commit abcdef0\n    a\n", "sessions": "$ a\n",
    "hunks": "@@ -1 +1 @@\n+a\n",
    "code": "f(x) = {\n", "negations": "not ", "please": "please ", "phrases": "in order to ", "capitals": "Aa ",
    "initials": "A. ", "headings": "# a\n", "list": "- a\n", "addresses": "a@", "links": "http://", "base64": "aGVsbG8",
    "CJK": "\u4e0d\u662f", "Thai": "\u0e01\u0e33", "marks": "a\u0301", "only marks": "\u0301", "guillemets": "\u00ab",
    "zero": "\0", "surrogates": "\ud800", "separators": "\u2028",
}  # fmt: skip
PLACES = (("alone", "", ""), ("in context", "<context>\n", f"\n</context>\n\n{QUERY}"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=500_000, help="characters of the smaller text")
    parser.add_argument("--level", choices=LEVELS, action="append", help="only these")
    parser.add_argument("--shape", choices=UNITS, action="append", help="only these")
    given = parser.parse_args()
    levels = given.level or LEVELS[1:]
    for shape in given.shape or UNITS:
        for place, begin, end in PLACES:
            for level in levels:
                few, many = (seconds(begin + grown(shape, size) + end, level) for size in (given.size, 4 * given.size))
                growth = "" if many < LEAST else f"x {many / max(few, LEAST / 8):4.1f}"
                print(f"{shape:16}{place:12}{level:10}{few:8.3f} s  {growth}", flush=True)
    line = WORDS * (10_000_000 // len(WORDS))
    for level in levels:
        taken = seconds(line, level)
        print(f"a line of 10 MB             {level:10}{taken:8.3f} s  {len(line) / 1e6 / max(taken, 1e-6):8.1f} MB/s")
    return 0


def grown(shape: str, size: int) -> str:
    return UNITS[shape] * (size // len(UNITS[shape]))


def seconds(text: str, level: str) -> float:
    begun = process_time()
    compress(text, level, query=QUERY)
    return process_time() - begun


if __name__ == "__main__":
    sys.exit(main())
