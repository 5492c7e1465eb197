"""A folder in which the workers of one run find each other's rows, where they may not do so in the home."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scrimp.flows.plan.run_options import RunOptions
from scrimp.flows.services import Services
from scrimp.store.files.run_folder import RunFolder


@contextmanager
def common_folder(options: RunOptions, services: Services) -> Iterator[Path | None]:
    """Open the folder of workers of this machine; without it each would pay for a row that another one has, too."""
    if options.cache == "on" and not services.stores.read_only:
        yield None
        return
    try:
        folder = RunFolder()
    except OSError as error:
        services.warn(f"equal rows may be paid for once by each worker: no temporary folder ({error.strerror})")
        yield None
        return
    try:
        yield folder.path
    finally:
        folder.remove()
