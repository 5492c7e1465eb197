from __future__ import annotations

import pytest

from command import Scrimp
from scrimp.cli.startup.lazy_group import COMMANDS, load


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


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("run --tier ", ["auto", "simple", "medium", "high", "mine"]),
        ("run --tier m", ["medium", "mine"]),
        ("ask --chain ", ["careful", "simple", "medium", "high", "mine"]),
        ("run --chain simple,h", ["simple,high"]),
        ("run --chain simple,s", []),
        ("estimate --model openai/gpt-6.1", ["openai/gpt-6.1-terra", "openai/gpt-6.1-sol"]),
        ("run --baseline house/", ["house/big"]),
        ("cost --by t", ["tier", "task"]),
        ("run --compress t", ["tidy", "terse"]),
        ("help tu", ["tutorial", "tuning", "tune"]),
        ("cache ex", ["export"]),
    ],
)
def test_a_shell_is_offered_the_words_that_a_flag_takes(scrimp: Scrimp, words: str, offered: list[str]) -> None:
    scrimp.config(
        '[providers.house]\ndialect = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nkey_env = ""\n'
        '[tiers]\nmine = ["house/big"]\n[chains.careful]\nsteps = ["simple", "high"]\n'
    )
    number = len(words.split()) + words.endswith(" ")
    scrimp.env |= {
        "_SCRIMP_COMPLETE": "complete_bash", "COMP_WORDS": f"scrimp {words}", "COMP_CWORD": str(number),
        "OPENAI_API_KEY": "sk-0123456789",
    }  # fmt: skip

    assert scrimp().out.split() == offered


def test_a_broken_config_offers_nothing_and_says_nothing(scrimp: Scrimp) -> None:
    scrimp.config("[tiers\n")
    scrimp.env |= {"_SCRIMP_COMPLETE": "complete_bash", "COMP_WORDS": "scrimp run --tier ", "COMP_CWORD": "3"}

    ran = scrimp()
    assert (ran.out.split(), ran.err) == (["auto"], "")


def test_the_help_that_needs_no_typer_is_what_typer_prints(scrimp: Scrimp) -> None:
    # A second word makes the short cut step aside.
    assert scrimp.process("--help").out.split() == scrimp.process("--help", "--help").out.split()
