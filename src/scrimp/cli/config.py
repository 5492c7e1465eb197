"""`scrimp config`: the configuration, written, shown, checked and trusted."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from scrimp.cli.session import Session, session
from scrimp.cli.tables import line, show as show_table
from scrimp.config.load import PROJECT_FILE, project_file
from scrimp.config.paths import paths_of
from scrimp.config.template import TEMPLATE
from scrimp.config.trust import trust as trust_file
from scrimp.errors import ConfigError, ScrimpError

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
_WRONG = 2


@app.callback()
def config() -> None:
    """Write, show and check the configuration."""


@app.command()
def init(
    project: Annotated[
        bool, typer.Option("--project", help=f"Write {PROJECT_FILE} here instead of the user's file.")
    ] = False,
) -> None:
    """Write a commented config file; one that is there stays as it is."""
    path = Path(PROJECT_FILE) if project else paths_of(os.environ).config
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except FileExistsError as error:
        raise ConfigError(f"{path} is there already: edit it, or move it away") from error
    line(f"wrote {path}")


@app.command()
def show(
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value comes from.")] = False,
) -> None:
    """Show the configuration in force; keys themselves are never shown."""
    with session() as here:
        rows = _rows(here)
        if origin:
            show_table(("setting", "value", "from"), rows, "lll", here.out)
            return
        for name, value, _ in rows:
            line(f"{name} = {value}")


def _rows(here: Session) -> list[tuple[str, str, str]]:
    loaded = here.services.loaded
    rows = []
    for name in here.defaults.__struct_fields__:
        value = getattr(here.defaults, name)
        if value is not None or ("defaults", name) in loaded.origins:
            rows.append((f"defaults.{name}", _shown(value), loaded.origins.get(("defaults", name), "default")))
    for path, value in loaded.values.items():
        if path[0] != "defaults":
            name = ".".join(f'"{key}"' if "/" in key or "." in key else key for key in path)
            rows.append((name, here.services.keys.redact(_shown(value)), loaded.origins[path]))
    return rows


def _shown(value: object) -> str:
    return msgspec.json.encode(str(value) if hasattr(value, "quantize") else value).decode()


@app.command()
def check() -> None:
    """Check the configuration: every tier, chain and rule must lead to a model; exit 2 if one does not."""
    wrong = 0
    with session() as here:
        routes = here.services.routes
        loaded = here.services.loaded.config
        steps: list[tuple[str, Callable[[], object]]] = [
            *((f"tier {name}", partial(routes.tier_chain, name)) for name in routes.tiers),
            *((f"chain {name}", partial(routes.chain, name)) for name in loaded.chains),
            *((f"model {name}", partial(routes.model, name)) for name in loaded.models),
            ("rules", lambda: here.services.rules),
        ]
        for what, step in steps:
            try:
                step()
            except ScrimpError as error:
                wrong += 1
                line(f"{what}: {error}")
        for name, models in routes.tiers.items():
            if not any(model.provider in routes.available for model in models):
                hints = dict.fromkeys(routes.endpoints[m.provider].key_env or m.provider for m in models)
                line(f"tier {name}: none of its providers has a key; set one of {', '.join(hints)}")
        line("the configuration is sound" if not wrong else f"{wrong} wrong")
    if wrong:
        raise typer.Exit(_WRONG)


@app.command()
def path() -> None:
    """Print where the user's file is, and the project's if there is one."""
    line(str(paths_of(os.environ).config))
    if found := project_file(Path.cwd()):
        line(str(found))


@app.command()
def trust(
    directory: Annotated[str, typer.Argument(metavar="DIRECTORY", help="Where the project's scrimp.toml is.")] = ".",
) -> None:
    """Let a project's scrimp.toml, as it is now, set key_cmd, key_file and base_url."""
    file = Path(directory) / PROJECT_FILE
    if not file.is_file():
        raise ConfigError(f"there is no {PROJECT_FILE} in {directory}")
    trust_file(file, paths_of(os.environ).trust)
    sys.stderr.write(f"scrimp: {file.resolve()} is trusted until it changes\n")
