"""A command takes its flags from groups: what each group holds arrives in the command, as if it were written there."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
import typer
from typer.testing import CliRunner

from command import Scrimp
from scrimp.cli.flags.flag_group import FlagGroup
from scrimp.cli.flags.flag_groups import GroupsOfFlags, grouped

Size = Annotated[int, typer.Option("--size", help="How large.")]
Color = Annotated[Literal["red", "blue"], typer.Option("--color", help="Which color.")]
Loud = Annotated[bool, typer.Option("--loud", help="Say it twice.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="NAME")]


class ShapeFlags(FlagGroup, frozen=True):
    """What is drawn."""

    size: Size = 1
    color: Color = "red"


class VoiceFlags(FlagGroup, frozen=True):
    """How it is said."""

    loud: Loud = False


@pytest.fixture
def received() -> list[object]:
    return []


@pytest.fixture
def app(received: list[object]) -> typer.Typer:
    app = typer.Typer(rich_markup_mode=None, add_completion=False)

    @app.command()
    @grouped(hidden=[VoiceFlags], defaults={"size": 7})
    def draw(shape: ShapeFlags, voice: VoiceFlags, names: Names = None) -> None:
        """Draw it."""
        received.extend((shape, voice, names))

    return app


def test_groups_arrive_filled(app: typer.Typer, received: list[object]) -> None:
    ended = CliRunner().invoke(app, ["--size", "3", "a", "--color", "blue", "--loud", "b"])

    assert ended.exit_code == 0, ended.output
    assert received == [ShapeFlags(size=3, color="blue"), VoiceFlags(loud=True), ["a", "b"]]


def test_a_command_may_have_a_default_of_its_own(app: typer.Typer, received: list[object]) -> None:
    assert CliRunner().invoke(app, []).exit_code == 0
    assert received[:2] == [ShapeFlags(size=7), VoiceFlags()]


def test_a_hidden_group_is_taken_but_not_listed(app: typer.Typer) -> None:
    text = CliRunner().invoke(app, ["--help"]).output

    assert "--size" in text
    assert "--loud" not in text


@pytest.mark.parametrize("command", ["run", "estimate", "route", "tune shadow"])
def test_a_word_that_a_flag_does_not_know_is_met_with_those_it_does(scrimp: Scrimp, command: str) -> None:
    ended = scrimp(*command.split(), "--format", "xml", stdin="a\n")

    assert ended.status == 2
    assert "'xml' is not one of 'auto', 'jsonl', 'csv'" in ended.err


class DrawingFlags(GroupsOfFlags, frozen=True):
    """All of it."""

    shape: ShapeFlags
    voice: VoiceFlags


def test_several_groups_arrive_as_one_value(received: list[object]) -> None:
    app = typer.Typer(rich_markup_mode=None, add_completion=False)

    @app.command()
    @grouped()
    def draw(flags: DrawingFlags, names: Names = None) -> None:
        """Draw it."""
        received.extend((flags, names))

    assert CliRunner().invoke(app, ["--loud", "a", "--size", "3"]).exit_code == 0
    assert received == [DrawingFlags(shape=ShapeFlags(size=3), voice=VoiceFlags(loud=True)), ["a"]]
