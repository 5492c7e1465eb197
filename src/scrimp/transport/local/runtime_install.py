"""The command that installs the embedded model's runtime into scrimp's environment, by how scrimp was installed."""

from __future__ import annotations

import os
import shlex
import sys
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

RUNTIME = "xllamacpp"
REQUIREMENT = "xllamacpp==2026.10.11549"  # as in the extra `local`
_PIPX_HOMES = ("~/.local/share/pipx", "~/.local/pipx", "~/Library/Application Support/pipx")


class Installation(Struct, frozen=True, kw_only=True):
    """Where this scrimp is installed, and what can install packages there."""

    python: str  # its interpreter
    own_environment: bool  # a virtual environment
    pipx: str | None = None  # the environment's name, where pipx made it
    pipx_home: str | None = None  # where pipx keeps it, unless it looks there anyway
    managed: bool = False  # by the system's package manager (PEP 668): pip installs there only if told to
    in_user_site: bool = False
    has_pip: bool = False
    has_ensurepip: bool = False
    tools: frozenset[str] = frozenset()  # those of pipx and uv that the shell finds


def install_command() -> str:
    """Return the command for this process's own Python."""
    return command_for(_this_installation())


def has_runtime() -> bool:
    """Return whether the runtime is installed, without loading it."""
    return find_spec(RUNTIME) is not None


def command_for(here: Installation) -> str:
    """Return the command that works for an installation."""
    python = shlex.quote(here.python)
    if here.pipx is not None and "pipx" in here.tools:
        home = "" if here.pipx_home is None else f"PIPX_HOME={shlex.quote(here.pipx_home)} "
        return f"{home}pipx inject {shlex.quote(here.pipx)} {REQUIREMENT}"
    # scrimp can be in a managed Python only if pip was forced to install it: so it must be forced again.
    managed = here.managed and not here.own_environment
    overruled = " --break-system-packages" if managed else ""
    # -P: not a pip.py of the directory that the command is pasted in.
    pip_install = f"{python} -P -m pip install{' --user' if here.in_user_site else ''}{overruled} {REQUIREMENT}"
    if here.has_pip:
        return pip_install
    if here.has_ensurepip and "uv" not in here.tools and not managed:
        return f"{python} -P -m ensurepip && {pip_install}"
    # In /: uv obeys the uv.toml and pyproject.toml of its directory, which may name another index.
    return f"uv --directory / pip install --python {python}{overruled} {REQUIREMENT}"


def _this_installation() -> Installation:
    import shutil  # only where the runtime is missing
    import site
    import sysconfig

    prefix, own_environment = Path(sys.prefix), sys.prefix != sys.base_prefix
    made_by_pipx = own_environment and (prefix / "pipx_metadata.json").exists()
    return Installation(
        python=sys.executable,
        own_environment=own_environment,
        pipx=prefix.name if made_by_pipx else None,
        pipx_home=_unusual_pipx_home(prefix) if made_by_pipx else None,
        managed=Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").exists(),
        in_user_site=not own_environment and Path(__file__).is_relative_to(site.getusersitepackages()),
        has_pip=find_spec("pip") is not None,
        has_ensurepip=find_spec("ensurepip") is not None,
        tools=frozenset(tool for tool in ("pipx", "uv") if shutil.which(tool)),
    )


def _unusual_pipx_home(prefix: Path) -> str | None:
    """Return the home of pipx that an environment is in; None if pipx finds it without being told."""
    home = prefix.parent.parent
    usual = (os.environ["PIPX_HOME"],) if os.environ.get("PIPX_HOME") else _PIPX_HOMES
    return None if any(home == Path(place).expanduser() for place in usual) else str(home)
