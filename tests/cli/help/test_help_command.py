"""`scrimp help TOPIC`: every page is found, printed as text, and shown by a pager only on a screen."""

from __future__ import annotations

import re

import pytest

from command import Scrimp
from scrimp.cli.help.topics import topics
from scrimp.cli.startup.lazy_group import COMMANDS
from terminal import at_terminal, without_styles


def test_the_list_names_every_page_and_every_command(scrimp: Scrimp) -> None:
    lines = scrimp("help").out.splitlines()
    first_words = {line.split()[0] for line in lines if line.strip()}

    assert {*topics(), *COMMANDS} <= first_words


@pytest.mark.parametrize("word", ["tutorial", "scrimp-tutorial", "tutorial(7)", "scrimp-tutorial.7", "Tutorial"])
def test_a_page_is_found_by_any_of_its_names(scrimp: Scrimp, word: str) -> None:
    assert scrimp("help", word).out.startswith("scrimp-tutorial(7): ")


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_the_page_of_a_command_is_its_help_and_more(scrimp: Scrimp, name: str) -> None:
    page = scrimp("help", name or "scrimp").out
    usage = scrimp(*name.split(), "--help").out.splitlines()[0]

    assert usage.split()[:3] == page.splitlines()[2].split()[:3]
    assert [line for line in page.splitlines() if line in ("Environment", "Files", "Exit status", "See also")] == [
        "Environment", "Files", "Exit status", "See also",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("cost", [0, 1, 2, 3, 4, 8, 130, 141]),
        ("tune", [0, 1, 2, 3, 4, 5, 129, 130, 141, 143]),
        ("run", [0, 1, 2, 3, 4, 5, 6, 7, 129, 130, 141, 143]),
        ("prices", [0, 1, 2, 130, 141]),
    ],
)
def test_a_page_has_the_exit_statuses_of_its_command(scrimp: Scrimp, name: str, statuses: list[int]) -> None:
    _, _, section = scrimp("help", name).out.partition("\nExit status\n")

    assert list(map(int, re.findall(r"^  (\d+) ", section, re.MULTILINE))) == statuses


def test_a_subcommand_has_a_page_of_its_own(scrimp: Scrimp) -> None:
    assert "Usage: scrimp cache stats" in scrimp("help", "cache", "stats").out


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("tutoral",), "did you mean `scrimp help tutorial`?"),
        (("rnu",), "did you mean `scrimp help run`?"),
        (("zzzzz",), "`scrimp help` lists the pages"),
        (("cache", "stat"), "did you mean 'stats'?"),
        (("run", "fast"), "see `scrimp run --help`"),
    ],
)
def test_an_unknown_page_is_answered_with_the_nearest(scrimp: Scrimp, words: tuple[str, ...], hint: str) -> None:
    ran = scrimp("help", *words)

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.endswith(f"{hint}\n")


def test_a_page_longer_than_the_screen_goes_to_the_pager(scrimp: Scrimp) -> None:
    shown = at_terminal(scrimp, "help", "run", MANPAGER="grep -c .", PAGER="false")

    assert int(shown) > 24


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager 2>/dev/null"])
def test_without_a_pager_a_page_is_printed_as_it_is(scrimp: Scrimp, pager: str) -> None:
    shown = at_terminal(scrimp, "help", "run", PAGER=pager)

    assert "\x1b[1mExit status\x1b[0m" in shown
    assert without_styles(shown).replace("`", "").split() == scrimp("help", "run").out.replace("`", "").split()


def test_a_page_that_fits_and_a_pipe_need_no_pager(scrimp: Scrimp) -> None:
    assert "Usage" in at_terminal(scrimp, "help", "cache", "stats", PAGER="false")
    scrimp.env["PAGER"] = "false"
    assert "Usage" in scrimp("help", "run").out
