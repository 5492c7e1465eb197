from __future__ import annotations

import re

import pytest

from command import Scrimp
from fake_provider import FakeProvider
from terminal import at_terminal, without_styles

LONG = "openai/a-long-name-of-one-that-fits"


@pytest.fixture
def listing(scrimp: Scrimp) -> Scrimp:
    scrimp.config(f'[tiers]\nsimple = ["{LONG}"]\n')
    return scrimp


def test_a_lookup_is_a_colored_table_at_a_terminal(listing: Scrimp) -> None:
    output = at_terminal(listing, "models")

    assert "\x1b[36msimple" in output
    assert re.search(f"^─+\n.*{LONG} ", without_styles(output), re.MULTILINE)


def test_a_lookup_is_plain_in_a_pipe_and_on_a_dumb_terminal(listing: Scrimp) -> None:
    plain = listing("models").out
    listing.env["FORCE_COLOR"] = "1"

    assert "─" not in plain
    assert listing("models").out == plain
    assert at_terminal(listing, "models", TERM="dumb") == plain


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"SCRIMP_COLOR": "never"}])
def test_a_table_has_no_color_where_none_is_wanted(listing: Scrimp, env: dict[str, str]) -> None:
    output = at_terminal(listing, "models", **env)

    assert "\x1b" not in output
    assert "────" in output


def test_a_terminal_too_narrow_for_the_numbers_gets_the_plain_table(listing: Scrimp) -> None:
    output = at_terminal(listing, "models", columns=30)

    assert "─" not in output
    assert "no key" in output


@pytest.mark.parametrize("columns", [80, 60, 50, 40])
@pytest.mark.parametrize("words", [("prices", "list", "openai"), ("models", "--compare", "gpt-6-luna")])
def test_a_table_of_numbers_leaves_columns_out_rather_than_cut_its_lines(
    scrimp: Scrimp, columns: int, words: tuple[str, ...]
) -> None:
    lines = without_styles(at_terminal(scrimp, *words, columns=columns)).splitlines()
    table = [line for line in lines if "  " in line]  # sentences follow it

    assert len(table) >= 2
    assert max(map(len, table)) <= columns


def test_a_long_table_does_not_wait_for_rich(scrimp: Scrimp) -> None:
    assert "─" not in at_terminal(scrimp, "prices", "list", columns=120)


def test_markup_and_control_characters_of_a_config_are_printed_literally(scrimp: Scrimp) -> None:
    scrimp.config('[tiers]\nsimple = ["openai/[red]m\\u001b[2J[/red]"]\n')
    output = without_styles(at_terminal(scrimp, "models"))

    assert "[red]m" in output
    assert "[/red]" in output
    assert "\x1b" not in output


@pytest.mark.parametrize("words", [("run", "rows.txt"), ("ask", "hello", "--choices", "echo: hello,no")])
def test_a_cached_completion_at_a_terminal_imports_no_rich(
    scrimp: Scrimp, provider: FakeProvider, words: tuple[str, ...]
) -> None:
    scrimp.provider(provider.url)
    scrimp.file("rows.txt", "hello")
    scrimp(*words)
    output = at_terminal(scrimp, *words, PYTHONPROFILEIMPORTTIME="1")

    imported = {line.rpartition("|")[2].strip() for line in output.splitlines() if line.startswith("import time:")}
    assert "scrimp.store.cache" in imported
    assert len(provider.bodies) == 1
    assert "rich" not in imported
