from __future__ import annotations

import json
from datetime import datetime

import pytest

from command import Scrimp
from fake_provider import FakeProvider, echo, error
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
        ("run --model gpt-5-mini@", [f"gpt-5-mini@{word}" for word in ("minimal", "low", "medium", "high")]),
        ("ask -m openai/gpt-6.2-sol@h", ["openai/gpt-6.2-sol@high"]),
        ("ask -m house/big@", []),
        ("models openai/gpt-6.1-t", ["openai/gpt-6.1-terra"]),
        ("run --baseline house/", ["house/big"]),
        ("cost --by t", ["tier", "task"]),
        ("run --compress t", ["tidy"]),
        ("help tu", ["tutorial", "tuning", "tune"]),
        ("cache ex", ["export"]),
        ("prices list hou", ["house"]),
        ("prices list mist", ["mistral"]),
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


def test_a_shell_is_offered_runs_with_their_dates_and_first_words(scrimp: Scrimp, provider: FakeProvider) -> None:
    provider.answer = lambda body: error(400) if "bad" in body["messages"][-1]["content"] else echo(body)
    scrimp.provider(provider.url)
    scrimp.file("good.lines", "good\n")
    scrimp.file("bad'$(x).lines", "bad\ngood\n")
    scrimp("run", "good.lines", "--tier", "simple", "-q")
    scrimp("run", "bad'$(x).lines", "-q")
    scrimp("ask", "a question", "--user", "ada")
    runs = json.loads(scrimp("runs", "list", "--json").out)
    (asked, asked_on), (bad, bad_on), (good, good_on) = (
        (run["run"], f"{datetime.fromtimestamp(run['began']).astimezone():%Y-%m-%d}") for run in runs
    )  # by the clock of this machine, and midnight may come in between
    scrimp.env |= {"_SCRIMP_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}

    def offered(words: str) -> list[list[str]]:
        scrimp.env["_TYPER_COMPLETE_ARGS"] = f"scrimp {words}"
        return [line.split("\t") for line in scrimp().out.splitlines()]

    last = ["last", "the latest that has ended"]
    about_bad = [bad, f"{bad_on} run bad_x_.lines --quiet"]
    assert offered("runs show ") == [
        last, [asked, f"{asked_on} ask ... --user ada"], about_bad,
        [good, f"{good_on} run good.lines --tier simple --quiet"],
    ]  # fmt: skip
    assert offered(f"runs show {bad}") == [about_bad]
    assert offered("runs errors ") == [last, about_bad]
    assert offered("runs show l") == [last]


def test_looking_for_runs_makes_no_store(scrimp: Scrimp) -> None:
    scrimp.env |= {"_SCRIMP_COMPLETE": "complete_bash", "COMP_WORDS": "scrimp runs show ", "COMP_CWORD": "3"}

    assert (scrimp().out.split(), list(scrimp.home.iterdir())) == ([], [])


def test_no_name_that_a_shell_might_act_on_is_offered(scrimp: Scrimp) -> None:
    names = ["fine-1.5", "a b", "$(id)", "`id`", 'q"', "q'", "\\\\", "a;b", "(x)", "<", "a|b", "a&b", "new\\nline", "*"]
    tiers = "\n".join(f"{json.dumps(name)} = ['openai/gpt-6-luna']" for name in names)
    scrimp.config(f"[tiers]\n{tiers}\n")
    scrimp.env |= {"_SCRIMP_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "scrimp run --tier "}

    offered = scrimp().out
    assert offered == '_arguments \'*: :(("auto"\n"simple"\n"medium"\n"high"\n"fine-1.5"))\'\n'


def test_a_broken_config_offers_nothing_and_says_nothing(scrimp: Scrimp) -> None:
    scrimp.config("[tiers\n")
    scrimp.env |= {"_SCRIMP_COMPLETE": "complete_bash", "COMP_WORDS": "scrimp run --tier ", "COMP_CWORD": "3"}

    ran = scrimp()
    assert (ran.out.split(), ran.err) == (["auto"], "")


def test_the_help_that_needs_no_typer_is_what_typer_prints(scrimp: Scrimp) -> None:
    # A second word makes the short cut step aside.
    assert scrimp.process("--help").out.split() == scrimp.process("--help", "--help").out.split()
