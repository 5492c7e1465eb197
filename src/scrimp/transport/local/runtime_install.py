"""The command that installs the embedded model's runtime beside this scrimp, for the way this scrimp was installed."""

from __future__ import annotations

import os
import shlex
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

RUNTIME = "xllamacpp"
REQUIREMENT = "xllamacpp==2026.10.11549"  # as in the extra `local`
_WITH_RUNTIME = "scrimp[local]"


def install_command() -> str:
    """Return the command for this process's own Python."""
    managed = os.path.exists(os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED"))  # noqa: PTH110, PTH118
    return command_for(
        sys.prefix, sys.executable, own_environment=sys.prefix != sys.base_prefix, managed=managed,
        has_pip=find_spec("pip") is not None,
    )  # fmt: skip


def has_runtime() -> bool:
    """Return whether the runtime is installed, without loading it."""
    return find_spec(RUNTIME) is not None


def command_for(prefix: str, python: str, *, own_environment: bool, managed: bool, has_pip: bool) -> str:
    """Return the command for a Python at this prefix.

    `managed` says that the system's package manager owns it (PEP 668), and pip would refuse to install into it.
    """
    parts = Path(prefix).parts
    if own_environment and "pipx" in parts and "venvs" in parts:
        return f"pipx inject {shlex.quote(parts[-1])} {REQUIREMENT}"
    if own_environment and not has_pip:  # as uv makes them, for its tools as well
        return f"uv pip install --python {shlex.quote(python)} {REQUIREMENT}"
    if not own_environment and (managed or not has_pip):
        return f"pipx install '{_WITH_RUNTIME}'"
    return f"{shlex.quote(python)} -m pip install {REQUIREMENT}"
