"""What tests run has a home of its own, whatever the environment says."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from command import Scrimp
from scrimp.config.paths import paths_of

REAL = Path(pwd.getpwuid(os.getuid()).pw_dir)


@pytest.mark.parametrize(
    "env", [{"HOME": ""}, {"HOME": None}, {"HOME": "~"}, {"XDG_DATA_HOME": "", "HOME": ""}], ids=str
)
def test_a_command_without_a_home_does_not_reach_that_of_who_runs_the_tests(
    scrimp: Scrimp, env: dict[str, str | None]
) -> None:
    scrimp.env = {
        name: value for name, value in {**scrimp.env, "SCRIMP_HOME": None, **env}.items() if value is not None
    }
    printed = scrimp("cache", "path").out + scrimp("config", "path").out
    assert printed
    assert str(REAL / ".local") not in printed
    assert str(REAL / ".config") not in printed


def test_a_whole_process_without_a_home_is_refused(scrimp: Scrimp) -> None:
    scrimp.env |= {"SCRIMP_HOME": "", "HOME": ""}
    with pytest.raises(AssertionError, match="needs SCRIMP_HOME or HOME"):
        scrimp.process("cache", "path")
    with pytest.raises(AssertionError, match="needs SCRIMP_HOME or HOME"):
        scrimp.start("cache", "path")


def test_the_tests_themselves_have_another_home() -> None:
    assert not paths_of(os.environ).data.is_relative_to(REAL / ".local")
