"""Whatever a file, a config or a provider says, no control character of theirs reaches a terminal."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scrimp.cli
from command import Scrimp
from fake_provider import FakeProvider, completion, error
from scrimp.render.terminal import escape_controls, escape_controls_in_json
from terminal import at_terminal

ODD = "\x1b]0;T\x07\x9b31m\x9d0;X\x9c\u202eevil\u2066\x7f"
FILE = f"f{ODD}.csv"
# What the program itself sends to a terminal without colors, to draw over the bar.
_OWN = re.compile(r"\r\x1b\[K|\x1b\[\?25[lh]")
# Bidirectional classes of Unicode that turn the order of other characters around.
_TURNING = {"LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI", "PDF", "PDI"}


def controls(text: str) -> list[str]:
    """Return the characters that a terminal obeys, by Unicode's own classes."""
    return [
        character for character in text
        if (unicodedata.category(character) == "Cc" and character not in "\t\n")
        or unicodedata.bidirectional(character) in _TURNING
    ]  # fmt: skip


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(ODD), max_size=40))
def test_a_text_is_shown_without_controls_and_json_stays_the_same_value(text: str) -> None:
    shown = escape_controls_in_json(json.dumps(text, ensure_ascii=False))

    assert not controls(escape_controls(text))
    assert not controls(shown)
    assert json.loads(shown) == text


COMMANDS = [
    ("run", FILE), ("run", FILE, "-t", "Say {y}", "--route", ODD, "-v"), ("run", FILE, "-t", f"{{{ODD}}}"),
    ("run", FILE, "-t", "Say {y}", "--dry-run"), ("run", FILE, "-t", "{y}", "--bill", "json", "--out", "csv"),
    ("ask", f"hi {ODD}", "--json"), ("ask", "hi", "--tier", ODD), ("route", FILE, "-t", "{y}", "--route", ODD),
    ("route", FILE, "-t", "{y}", "--json"), ("compress", FILE, "--json", "--diff"), ("cache", "export"),
    ("cost", "--by", "route"), ("runs", "show", "last"), ("runs", "errors", "last"), ("config", "show"),
    ("config", "trust", ODD), ("local", "install", "--file", FILE),
]  # fmt: skip
REFUSED = [words for words in COMMANDS if words[0] in ("run", "ask", "runs")][:6]


@pytest.mark.parametrize(
    ("words", "status"),
    [*((words, 200) for words in COMMANDS), *((words, 400) for words in REFUSED)],
    ids=lambda value: " ".join(value).replace(ODD, "ODD") if isinstance(value, tuple) else str(value),
)
def test_a_command_shows_no_control_character(
    scrimp: Scrimp, provider: FakeProvider, words: tuple[str, ...], status: int
) -> None:
    fine = completion(f"hi {ODD}", model=f"m{ODD}", id=ODD, service_tier=ODD)
    provider.answer = lambda body: fine if status == 200 else error(400, code=ODD, message=f"bad {ODD}")
    scrimp.provider(provider.url, more=f"[defaults]\nretries = 0\nmodel = {json.dumps('fake/test-model')}\n")
    scrimp.file(FILE, f"id,x{ODD},y\nrow{ODD},a,b{ODD}\n")
    if words[0] in ("cost", "cache", "runs"):
        scrimp("run", FILE, "-q", "-t", "Say {y}", "--route", ODD, "--user", ODD)
    seen = at_terminal(scrimp, *words, NO_COLOR="1")

    assert not controls(_OWN.sub("", seen)), seen
    assert "Traceback" not in seen


def test_commands_write_to_stdout_and_stderr_through_the_door_alone() -> None:
    # The door; a completion piece by piece, each made safe; a question between two texts made safe.
    doors = {"printing.py", "completion_printer.py", "labeler.py"}
    writing = {path.name for path, call in _calls() if re.match(r"sys\.std(out|err)\.(buffer\.)?write", call)}

    assert writing == doors
    assert "print" not in {call for _, call in _calls()}


def _calls() -> Iterator[tuple[Path, str]]:
    """Yield the name of everything that is called in the commands."""
    for path in Path(scrimp.cli.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path, ast.unparse(node.func)
