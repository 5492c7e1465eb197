from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import typer

from command import Scrimp
from scrimp.cli.startup.lazy_group import COMMANDS, load
from scrimp.cli.startup.rich_help import use_rich_help
from terminal import at_terminal, without_styles

_WORD = re.compile(r"[\w./:{}\[\]-]{2,}")


def commands(name: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of a command and of each of its subcommands."""
    yield (name,)
    yield from ((name, subcommand) for subcommand in getattr(load(name), "commands", ()))


def help_of(words: tuple[str, ...], *, rich: bool, capsys: pytest.CaptureFixture[str]) -> str:
    command = load(words[0])
    if rich:
        use_rich_help(command)
    context = typer.Context(command, info_name=words[0], max_content_width=200, terminal_width=200)
    if words[1:]:
        command = command.commands[words[1]]  # type: ignore[attr-defined]  # a group
        context = typer.Context(command, info_name=words[1], parent=context)
    plain = command.get_help(context)
    return capsys.readouterr().out + plain


@pytest.mark.parametrize("words", [words for name in COMMANDS for words in commands(name)], ids=" ".join)
def test_rich_help_has_every_word_of_the_plain_one(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    plain, rich = (help_of(words, rich=rich, capsys=capsys) for rich in (False, True))
    missing = {word for word in _WORD.findall(plain) if word.rstrip(".:") not in rich}

    assert "╭─ Options" in rich
    assert not missing - {"INTEGER", "RANGE", "FLOAT", "TEXT"}  # types, which rich's look names otherwise


def test_help_at_a_terminal_has_richs_look(scrimp: Scrimp) -> None:
    output = at_terminal(scrimp, "cache", "--help")

    assert "╭─ Commands ──" in without_styles(output)
    assert "\x1b[1;36m" in output


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_help_is_plain_without_colors_and_in_a_pipe(scrimp: Scrimp, env: dict[str, str]) -> None:
    piped = scrimp("cache", "--help").out

    assert piped.startswith("Usage: scrimp cache [OPTIONS]")
    assert at_terminal(scrimp, "cache", "--help", **env).split() == piped.split()


def test_the_list_of_commands_is_plain_at_a_terminal_too_and_imports_neither_rich_nor_typer(scrimp: Scrimp) -> None:
    piped = scrimp("--help").out
    output = at_terminal(scrimp, "--help", PYTHONPROFILEIMPORTTIME="1")
    imported = {line.rpartition("|")[2].strip() for line in output.splitlines() if line.startswith("import time:")}

    assert piped in output
    assert "scrimp" in imported
    assert not imported & {"rich", "typer"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rnu",), "scrimp: no such command 'rnu'. Did you mean 'run'? See `scrimp --help`"),
        (("cache", "get"), "scrimp: missing argument 'KEY': see `scrimp cache get --help`"),
        (("ask", "--check"), "scrimp: option '--check' requires an argument: see `scrimp ask --help`"),
        (
            ("run", "--timeout", "5s"),
            "scrimp: invalid value for '--timeout': '5s' is not a number: see `scrimp run --help`",
        ),
        (
            ("run", "--limit", "1.5"),
            "scrimp: invalid value for '--limit': '1.5' is not a whole number: see `scrimp run --help`",
        ),
        (("run", "--tier", "simple", "--model", "a/b"), "scrimp: --tier and --model cannot be combined: give one"),
    ],
)
def test_an_error_is_one_line_that_names_the_next_step(scrimp: Scrimp, words: tuple[str, ...], message: str) -> None:
    piped = scrimp(*words)

    assert (piped.status, piped.err) == (2, f"{message}\n")
    assert without_styles(at_terminal(scrimp, *words)) == piped.err


def test_control_characters_of_an_argument_do_not_reach_the_terminal(scrimp: Scrimp) -> None:
    output = without_styles(at_terminal(scrimp, "cache", "get", "\x1b[2J"))

    assert "\x1b" not in output
    assert "␛[2J" in output
