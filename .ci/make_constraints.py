"""Hold what tests install to exact versions: the newest that agree; `--newer` names those; `--check` asks no registry.

`.ci/constraints.txt` is for this project and its extras; each file of tests/data/requirements is for a server or SDK
that others wrote, which has an environment of its own, and begins with what is wanted there. `--check` compares what
is installed here with `.ci/constraints.txt`. Ranges of users' dependencies are in pyproject.toml, and stay as they are.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
OURS = Path(__file__).with_name("constraints.txt")
OTHERS = sorted((ROOT / "tests" / "data" / "requirements").glob("*.txt"))
# What .ci/run installs, and what builds the package.
WANTED = (f"{ROOT}[dev,local,ray]", "hatchling", "editables")
OLDEST = (3, 11)
# An environment has these from the start, or they are what is tested.
NOT_HELD = {"pip", "setuptools", "wheel", "scrimp"}
COMMENT = "# Made by .ci/make_constraints.py: what the tests install, in the versions they were last tried with.\n"


def main() -> int:
    if "--check" in sys.argv[1:]:
        return check()
    if sys.version_info[:2] != OLDEST:
        sys.exit("run it by Python 3.11: a later one would take packages that are not made for the oldest")
    changed = False
    for file in (OURS, *OTHERS):
        wanted = () if file == OURS else (first_requirement(file),)
        had, newest = pinned(file), resolved(wanted or WANTED)
        for name in sorted(had.keys() | newest.keys()):
            if had.get(name) != newest.get(name):
                changed = True
                print(f"{file.relative_to(ROOT)}: {name} {had.get(name, 'none')} -> {newest.get(name, 'none')}")
        if "--newer" not in sys.argv[1:]:
            pins = (f"{name}=={version}" for name, version in sorted(newest.items()))
            lines = (*wanted, *(pin for pin in pins if pin not in {without_extras(each) for each in wanted}))
            file.write_text(COMMENT + "".join(f"{line}\n" for line in lines))
    if not changed:
        print("nothing is newer")
    return 0


def check() -> int:
    """Say what is installed beside, or in another version than, the file holds."""
    held = pinned(OURS)
    installed = {normal(each.metadata["Name"]): each.version for each in distributions()}
    odd = {name: version for name, version in sorted(installed.items()) if held.get(name) != version}
    for name in NOT_HELD & odd.keys():
        del odd[name]
    for name, version in odd.items():
        print(f"{name} {version} is installed, and {OURS.name} holds {held.get(name, 'none')}")
    if odd:
        print("install with PIP_CONSTRAINT=.ci/constraints.txt, or hold the newest of all: .ci/make_constraints.py")
        return 1
    print(f"what is installed is what {OURS.name} holds")
    return 0


def first_requirement(file: Path) -> str:
    return next(line for line in file.read_text().splitlines() if not line.startswith("#"))


def pinned(file: Path) -> dict[str, str]:
    """Return the version of each package by its name."""
    lines = file.read_text().splitlines() if file.exists() else ()
    parts = (without_extras(line).split("==") for line in lines if "==" in line)
    return {normal(name): version for name, version in parts}


def without_extras(requirement: str) -> str:
    return re.sub(r"\[.*\]", "", requirement)


def resolved(wanted: tuple[str, ...]) -> dict[str, str]:
    """Return what pip would install into an empty environment, held by nothing."""
    free = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    with tempfile.NamedTemporaryFile("r", suffix=".json") as report:
        words = ["install", "--quiet", "--dry-run", "--ignore-installed", "--report", report.name]
        subprocess.run([sys.executable, "-m", "pip", *words, *wanted], check=True, env=free, cwd=ROOT)
        items = [each["metadata"] for each in json.load(report)["install"]]
    return {normal(each["name"]): each["version"] for each in items if normal(each["name"]) not in NOT_HELD}


def normal(name: str) -> str:
    """Return a name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    raise SystemExit(main())
