"""What pages quote is what happens: their commands are run as they are written, and print what the page says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from manual.pages import PAGES, opened_session
from manual.sessions import Files, Step, same, steps
from scrimp.config.sources.layers import to_config

_HINT = "if that is right: python tests/manual/update.py, then python .ci/make_docs.py"


@pytest.mark.parametrize("name", PAGES)
def test_the_commands_of_a_page_print_what_it_says(name: str, tmp_path: Path) -> None:
    page = PAGES[name].read_text(encoding="utf-8")
    with opened_session(tmp_path, name) as session:
        for step in steps(page):
            shown = session.take(step)
            if not isinstance(step, Files):
                assert same(step.printed, shown), "\n".join([_HINT, f"$ {step.command}", *shown])


@pytest.mark.parametrize("name", PAGES)
def test_every_config_of_a_page_is_one(name: str) -> None:
    for text in re.findall(
        r"^```toml[^\n]*\n(.*?)^```", PAGES[name].read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    ):
        to_config(tomllib.loads(text), name)


def test_the_first_invocations_are_among_what_is_run() -> None:
    pages = PAGES["README"], PAGES["scrimp-tutorial.7"]
    commands = [step.command for page in pages for step in steps(page.read_text("utf-8")) if isinstance(step, Step)]
    words = {word for command in commands for word in re.findall(r"scrimp (\w+)", command)}

    assert sum("scrimp " in command for command in commands) >= 14
    assert {"doctor", "estimate", "run", "ask", "route", "cost"} <= words


def test_the_readme_is_short() -> None:
    assert len(PAGES["README"].read_text(encoding="utf-8").splitlines()) <= 150


def test_a_quotation_that_is_wrong_is_found() -> None:
    assert same(("a", "...", "c 0:07"), ["a", "b", "b", "c 1:12"])
    assert same(("a", "..."), ["a"])
    assert not same(("a", "...", "c"), ["a", "b"])
    assert not same(("a",), ["a", "b"])
    assert not same((), ["a"])
