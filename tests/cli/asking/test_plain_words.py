"""Plain words are understood without typer as with it: whatever is taken for plain means the same to both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from command import Scrimp
from fake_provider import FakeProvider
from scrimp.cli.asking import ask
from scrimp.cli.asking.plain_words import plain_words
from scrimp.cli.flags.all_ask_flags import AllAskFlags

Typed = tuple[AllAskFlags, list[str]]
COMMAND: Any = typer.main.get_command(ask.app)
NAMES = sorted({name for parameter in COMMAND.params for name in parameter.opts if name.startswith("-")})
VALUES = (
    "", "x", "simple", "3", "03", "0", "-1", "-", "--", "1.5", "k=v", "on", "only", "lossless", "low", "cheaper",
    "auto", "high", "never", "hello world", "12345678901", "٣", "@f", "a,b", "true", "no such\nword",
)  # fmt: skip
TYPED = st.one_of(
    st.sampled_from([*NAMES, *VALUES]),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)).map("=".join),
    st.sampled_from([name[:-1] for name in NAMES if len(name) > 3]),
    st.text(max_size=5),
)
LINES = st.lists(st.one_of(TYPED, st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)))).map(
    lambda typed: [word for each in typed for word in (each if isinstance(each, tuple) else (each,))]
)


@contextmanager
def told() -> Iterator[list[Typed]]:
    """Take what typer tells the command, in the place of the command."""
    seen: list[Typed] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ask, "ask_prompt", lambda *typed: seen.append(typed) or 0)
        yield seen


def by_typer(words: list[str]) -> Typed:
    with told() as seen, pytest.raises(typer.Exit), COMMAND.make_context("ask", list(words)) as context:
        COMMAND.invoke(context)
    return seen[0]


@given(LINES)
def test_whatever_is_plain_means_the_same_to_typer(words: list[str]) -> None:
    plain = plain_words(words)

    assert plain is None or plain == by_typer(words)


@pytest.mark.parametrize("name", NAMES)
def test_each_flag_means_the_same_with_any_value(name: str) -> None:
    lines = [[name, *value, "hello"] for value in ([], *([each] for each in VALUES))]

    assert all(plain_words(words) in (None, by_typer(words)) for words in lines if plain_words(words) is not None)


@pytest.mark.parametrize(
    "words", [["-s", "x"], ["--model=x"], ["-c", "-v"], ["--samples", "3"], ["--cache", "only"], ["--tag", "a=b"]]
)
def test_the_flags_of_most_prompts_are_plain(words: list[str]) -> None:
    assert plain_words([*words, "hello"]) == by_typer([*words, "hello"])


def test_nothing_but_a_prompt_is_plain() -> None:
    words = plain_words(["What", "is", "-", "this?"])

    assert words == (by_typer([])[0], ["What", "is", "-", "this?"])


@pytest.mark.parametrize(
    "words",
    [["--help"], ["-m"], ["-mx"], ["--mod", "x"], ["--", "x"], ["--nonsense"], ["--cache", "sometimes"], ["-v=1"]],
)
def test_what_is_not_plain_is_left_to_typer(words: list[str]) -> None:
    assert plain_words(words) is None


def test_every_flag_of_a_prompt_is_in_one_group_of_its_words() -> None:
    names = [name for group in msgspec.structs.astuple(by_typer([])[0]) for name in group.__struct_fields__]

    assert sorted(names) == sorted(param.name for param in COMMAND.params if param.name not in ("help", "prompt"))


def test_a_prompt_from_the_cache_loads_no_typer(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp("ask", "hello")
    scrimp.env["PYTHONPROFILEIMPORTTIME"] = "1"
    plain, other = (scrimp.process("ask", "hello", *words) for words in ((), ("--timeout", "60")))

    assert (plain.status, other.status) == (0, 0), plain.err + other.err
    assert plain.out == other.out
    assert "scrimp.cli.asking.ask_prompt" in plain.err
    assert "typer" not in plain.err
    assert "typer.main" in other.err
