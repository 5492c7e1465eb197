from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from msgspec import convert

from scrimp.transport.local.runtime_install import REQUIREMENT, Installation, command_for

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"
# Prints the command of a Python that has these prefixes, these modules and this path to its standard library.
AS_IF = """
import json, os, site, sys, sysconfig
from importlib import machinery, util
import scrimp.transport.local.runtime_install as runtime_install
given = json.loads(sys.argv[1])
sys.prefix, sys.base_prefix, sys.executable = given["prefix"], given["base"], given["prefix"] + "/bin/python"
sysconfig.get_path = lambda name: given["stdlib"]
site.getusersitepackages = lambda: given["user_site"]
runtime_install.__file__ = given["file"]
runtime_install.find_spec = lambda name: machinery.ModuleSpec(name, None) if name in given["modules"] else None
print(runtime_install.install_command())
"""


@pytest.mark.parametrize(
    ("here", "command"),
    [
        # python -m venv
        ({"own_environment": True, "has_pip": True}, f"/py -P -m pip install {REQUIREMENT}"),
        ({"own_environment": True, "has_pip": True, "managed": True}, f"/py -P -m pip install {REQUIREMENT}"),
        # python -m venv --without-pip
        (
            {"own_environment": True, "has_ensurepip": True, "managed": True},
            f"/py -P -m ensurepip && /py -P -m pip install {REQUIREMENT}",
        ),
        # uv venv, uv tool install
        (
            {"own_environment": True, "has_ensurepip": True, "tools": ["uv"]},
            f"uv --directory / pip install --python /py {REQUIREMENT}",
        ),
        ({"own_environment": True}, f"uv --directory / pip install --python /py {REQUIREMENT}"),
        # pipx
        ({"own_environment": True, "pipx": "scrimp", "tools": ["pipx", "uv"]}, f"pipx inject scrimp {REQUIREMENT}"),
        (
            {"own_environment": True, "pipx": "scrimp", "pipx_home": "/a b", "tools": ["pipx"]},
            f"PIPX_HOME='/a b' pipx inject scrimp {REQUIREMENT}",
        ),
        ({"own_environment": True, "pipx": "scrimp", "has_pip": True}, f"/py -P -m pip install {REQUIREMENT}"),
        # a system's Python
        (
            {"own_environment": False, "managed": True, "has_pip": True, "in_user_site": True, "tools": ["pipx"]},
            f"/py -P -m pip install --user --break-system-packages {REQUIREMENT}",
        ),
        (
            {"own_environment": False, "managed": True, "has_pip": True},
            f"/py -P -m pip install --break-system-packages {REQUIREMENT}",
        ),
        (
            {"own_environment": False, "managed": True, "has_ensurepip": True},
            f"uv --directory / pip install --python /py --break-system-packages {REQUIREMENT}",
        ),
        ({"own_environment": False, "has_pip": True}, f"/py -P -m pip install {REQUIREMENT}"),
        (
            {"own_environment": False, "has_pip": True, "in_user_site": True},
            f"/py -P -m pip install --user {REQUIREMENT}",
        ),
    ],
)
def test_the_command_is_the_one_that_works_for_this_installation(here: dict[str, object], command: str) -> None:
    assert command_for(convert(here | {"python": "/py"}, Installation)) == command


def command_as_if(home: Path, *, path: Path, **given: object) -> str:
    facts = {
        "prefix": "/usr", "base": "/usr", "stdlib": str(home), "user_site": "/none", "file": "/x.py", "modules": [],
    } | given  # fmt: skip
    env = {"PATH": str(path), "HOME": str(home), "PYTHONPATH": str(PYPROJECT.parent / "src")}
    ran = subprocess.run(
        [sys.executable, "-c", AS_IF, json.dumps(facts)], env=env, capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


def test_how_this_scrimp_was_installed_is_seen_from_its_python(tmp_path: Path) -> None:
    tools, empty, home = tmp_path / "tools", tmp_path / "empty", tmp_path / "home"
    for folder in (tools, empty, home / ".local/share/pipx/venvs/scrimp", home / "opt/venvs/mine"):
        folder.mkdir(parents=True)
    for tool in ("uv", "pipx"):
        (tools / tool).write_text("#!/bin/sh\n")
        (tools / tool).chmod(0o755)
    usual, elsewhere = home / ".local/share/pipx/venvs/scrimp", home / "opt/venvs/mine"
    for place in (usual, elsewhere):
        (place / "pipx_metadata.json").touch()
    (home / "EXTERNALLY-MANAGED").touch()

    assert command_as_if(home, path=tools, prefix=str(usual)) == f"pipx inject scrimp {REQUIREMENT}"
    assert command_as_if(home, path=tools, prefix=str(elsewhere)) == (
        f"PIPX_HOME={home}/opt pipx inject mine {REQUIREMENT}"
    )
    assert command_as_if(home, path=empty, prefix=str(usual), modules=["pip"]) == (
        f"{usual}/bin/python -P -m pip install {REQUIREMENT}"
    )
    assert command_as_if(home, path=tools, prefix="/venv") == (
        f"uv --directory / pip install --python /venv/bin/python {REQUIREMENT}"
    )
    assert command_as_if(home, path=tools, modules=["pip"], user_site="/u", file="/u/scrimp/x.py") == (
        f"/usr/bin/python -P -m pip install --user --break-system-packages {REQUIREMENT}"
    )


def test_the_runtime_is_that_of_the_extra() -> None:
    extras = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]

    assert extras["local"] == [REQUIREMENT]


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_the_command_obeys_no_configuration_of_the_directory_it_is_pasted_in(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text("read by mistake\n")
    words = shlex.split(command_for(Installation(python=sys.executable, own_environment=True)))
    command = [*words[:-1], "--offline", "--dry-run", "pytest"]  # installed already
    here, inside = (
        subprocess.run(["uv", *rest], cwd=tmp_path, capture_output=True, text=True, check=False)
        for rest in (command[1:], command[3:])
    )

    assert words[:3] == ["uv", "--directory", "/"]
    assert (here.returncode, "uv.toml" in here.stderr) == (0, False), here.stderr
    assert "uv.toml" in inside.stderr
