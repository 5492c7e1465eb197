from __future__ import annotations

import pytest

from command import Scrimp
from scrimp.cli.lazy_group import COMMANDS, load


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    help_text = load(name).help or ""

    assert help_text.split("\n\n")[0].replace("\n", " ").startswith(COMMANDS[name].rstrip(".").partition(":")[0])


def test_a_misspelt_command_is_answered_with_the_nearest(scrimp: Scrimp) -> None:
    ran = scrimp("rnu")

    assert ran.status == 2
    assert "run" in ran.err


def test_a_shell_gets_completions_from_the_program_itself(scrimp: Scrimp) -> None:
    assert scrimp.process("completion", "bash").out.count("_SCRIMP_COMPLETE=complete_bash") == 1
    scrimp.env |= {"_SCRIMP_COMPLETE": "complete_bash", "COMP_WORDS": "scrimp es", "COMP_CWORD": "1"}

    assert scrimp.process().out.split() == ["estimate"]


def test_the_help_that_needs_no_typer_is_what_typer_prints(scrimp: Scrimp) -> None:
    # A second word makes the short cut step aside.
    assert scrimp.process("--help").out.split() == scrimp.process("--help", "--help").out.split()
