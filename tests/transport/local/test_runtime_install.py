from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from scrimp.transport.local.runtime_install import REQUIREMENT, command_for

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


@pytest.mark.parametrize(
    ("prefix", "own_environment", "managed", "has_pip", "command"),
    [
        ("/home/a/.local/share/pipx/venvs/scrimp", True, False, False, f"pipx inject scrimp {REQUIREMENT}"),
        ("/home/a/.local/share/uv/tools/scrimp", True, False, False, f"uv pip install --python /py {REQUIREMENT}"),
        ("/home/ada/.venv", True, False, True, f"/py -m pip install {REQUIREMENT}"),
        ("/home/ada/.venv", True, True, True, f"/py -m pip install {REQUIREMENT}"),
        ("/home/ada/.venv", True, False, False, f"uv pip install --python /py {REQUIREMENT}"),
        ("/usr", False, True, True, "pipx install 'scrimp[local]'"),
        ("/usr/local", False, False, True, f"/py -m pip install {REQUIREMENT}"),
    ],
)
def test_the_command_is_the_one_that_works_for_this_installation(
    prefix: str, *, own_environment: bool, managed: bool, has_pip: bool, command: str
) -> None:
    found = command_for(prefix, "/py", own_environment=own_environment, managed=managed, has_pip=has_pip)

    assert found == command


def test_the_runtime_is_that_of_the_extra() -> None:
    extras = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]

    assert extras["local"] == [REQUIREMENT]
