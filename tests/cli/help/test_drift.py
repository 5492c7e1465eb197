"""What is said in several places is said alike: pages made from the commands, variables, exit statuses, the wheel."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from scrimp.config import environment
from scrimp.errors import EXIT_STATUSES

ROOT = Path(__file__).parents[3]
SOURCES = [path for path in (ROOT / "src/scrimp").rglob("*.py") if path.name != "environment.py"]
PAGES = sorted((ROOT / "man").iterdir())
# How names of variables end; HOME, LESS and those of our own tests are nothing to set.
_ENDS = "KEY|URL|HOME|FILE|BUNDLE|PROXY|DIR|HOST|COLOR|ID|PROJECT|PATH|TOKEN|HEADERS"
_VARIABLE = re.compile(rf"[A-Z_]+_({_ENDS})|TERM|COLUMNS|(MAN)?PAGER")


def test_pages_completions_and_quoted_help_are_made_from_the_commands() -> None:
    command = [sys.executable, str(ROOT / ".ci/make_docs.py"), "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "all is as the commands say\n", "")


def test_man_shows_every_page_without_a_warning() -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    ran = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", *map(str, PAGES)], capture_output=True, check=False)

    assert (ran.returncode, ran.stderr.decode()) == (0, "")


def test_the_wheel_has_every_page_of_man() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    shared = build["targets"]["wheel"]["shared-data"]

    assert shared == {f"man/{page.name}": f"share/man/man{page.suffix[1:]}/{page.name}" for page in PAGES}


def test_every_variable_that_is_read_is_in_the_manual() -> None:
    known = {*environment.COMMON, *environment.CALLING, *environment.TELLING, *environment.RECONCILING}
    known |= {*environment.INSTALLING, *environment.PAGING, *environment.WORKING, *environment.STORING}
    known |= {variable for variable, _ in (*environment.defaults(), *environment.keys())}
    read = {
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if _VARIABLE.fullmatch(node.value)
    }

    assert read - known == set()


def test_every_exit_status_has_one_name_and_a_line_in_the_manual() -> None:
    module = ast.parse((ROOT / "src/scrimp/errors.py").read_text(encoding="utf-8"))
    assigned = [node.value for node in module.body if isinstance(node, ast.Assign)]
    constants = [each.value for value in assigned for each in ast.walk(value) if isinstance(each, ast.Constant)]
    named = {value for value in constants if isinstance(value, int)}
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    patterns = (r"exit_status(?:: int)? = (\d+)", r"\bExit\((\d+)\)", r"RunStop\(.*?, (\d+)[,)]", r"SIG[A-Z]+, (\d+)\)")
    unnamed = {int(status) for pattern in patterns for status in re.findall(pattern, text)}

    assert named | {0, 1} == set(EXIT_STATUSES)
    assert unnamed <= {1}
