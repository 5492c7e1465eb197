from __future__ import annotations

import shlex

import pytest

from scrimp.command_words import CommandError, command_words


@pytest.mark.parametrize(
    "command",
    ["jq -e .a>0", "jq -e '.a | length'", 'grep "|"', "sh -c 'a | b'", '/bin/bash -c "x > $(y)"', "awk '{print $1}'",
     "op read op://x/y", "grep -c '>'", "sed s/a/b/;", "grep -E ^a$"],
)  # fmt: skip
def test_a_command_has_the_words_that_a_shell_gives_it(command: str) -> None:
    assert command_words(command) == shlex.split(command)


@pytest.mark.parametrize(
    ("command", "needs"),
    [("jq .a | grep x", "|"), ("cat >> f", ">>"), ("cat >f", ">"), ("cat <f", "<"), ("a && b", "&&"), ("a || b", "||"),
     ("a ; b", ";"), ("a &", "&"), ("python c.py 2>&1", "2>"), ('test "$(cat)" = yes', "$(...)")],
)  # fmt: skip
def test_a_command_that_needs_a_shell_is_refused_since_it_gets_none(command: str, needs: str) -> None:
    with pytest.raises(CommandError) as refused:
        command_words(command)

    assert str(refused.value) == f"it is run without a shell, which '{needs}' needs: write sh -c '...' around it"


@pytest.mark.parametrize(("command", "why"), [("", "it is empty"), ("a 'b", "No closing quotation")])
def test_a_command_without_words_is_refused(command: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        command_words(command)
