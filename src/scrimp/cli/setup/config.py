"""`scrimp config`: the configuration, written, shown, checked and trusted."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from scrimp.cli.printing import print_line, print_table
from scrimp.cli.session import open_session
from scrimp.cli.setup.environment_effects import environment_effects, said
from scrimp.config.check import check as check_config
from scrimp.config.paths import ensure_private_dir, paths_of
from scrimp.config.show import settings
from scrimp.config.sources.load import PROJECT_FILE, current_directory, project_file
from scrimp.config.sources.trust import trust as trust_file
from scrimp.config.template import TEMPLATE
from scrimp.errors import ConfigError
from scrimp.render.streams import try_write_line

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
_INVALID = 2


@app.callback()
def config() -> None:
    """Write, show and check the configuration."""


@app.command()
def init(
    project: Annotated[
        bool, typer.Option("--project", help=f"Write {PROJECT_FILE} here instead of the user's file.")
    ] = False,
) -> None:
    """Write a commented config file; an existing one is not changed."""
    path = Path(PROJECT_FILE) if project else paths_of(os.environ).config
    if not project:
        ensure_private_dir(path.parent)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except FileExistsError as error:
        raise ConfigError(f"{path} already exists: edit it, or move it away") from error
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written ({error.strerror}): make room or correct the permissions of its directory"
        ) from error
    print_line(f"wrote {path}")


@app.command()
def show(
    origin: Annotated[
        bool, typer.Option("--origin", help="Show where each value comes from, and what variables change.")
    ] = False,
) -> None:
    """Show the configuration in force; keys themselves are never shown."""
    with open_session() as session:
        in_force = list(settings(session.services.loaded))
        if origin:
            print_table(
                ("setting", "value", "from"),
                [
                    *((each.key, each.value or "not set", each.origin) for each in in_force),
                    *(
                        (variable, said(variable, effect), "environment")
                        for variable, effect in environment_effects(session)
                    ),
                ],
                "lll",
                session.out,
            )
            return
        for each in in_force:
            if each.value is not None:
                print_line(f"{each.key} = {each.value}")


@app.command()
def check() -> None:
    """Check the configuration: every tier, chain and rule must lead to a model; exit 2 if one does not."""
    with open_session() as session:
        services = session.services
        problems = check_config(services.loaded, services.keys, services.paths)
        for problem in problems:
            print_line(f"{problem.severity}: {problem.location}: {problem.message}")
        if not problems:
            print_line("the configuration is valid")
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(_INVALID)


@app.command()
def path() -> None:
    """Print where the user's file is, and the project's if there is one."""
    print_line(str(paths_of(os.environ).config))
    if project := project_file(current_directory()):
        print_line(str(project))


@app.command()
def trust(
    directory: Annotated[str, typer.Argument(metavar="DIRECTORY", help="Where the project's scrimp.toml is.")] = ".",
) -> None:
    """Trust a project's scrimp.toml, until it changes, to say where keys come from and where they are sent."""
    file = Path(directory) / PROJECT_FILE
    if not file.is_file():
        raise ConfigError(f"there is no {PROJECT_FILE} in {directory}")
    trust_file(file, paths_of(os.environ).trust)
    try_write_line(sys.stderr, f"scrimp: {file.resolve()} is trusted until it changes")
