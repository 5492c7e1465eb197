from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts
from scrimp.values import Prompt


class Reader:
    """Reads bytes as stdin, or the files of a directory; keeps the warnings."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def __call__(self, data: bytes, format_name: str = "auto", **options: Any) -> list[Prompt]:
        asked = ReadOptions(format=format_name, **options)
        return list(prompts(["-"], asked, warn=self.warnings.append, stdin=io.BytesIO(data)))

    def files(self, *words: str | Path, **options: Any) -> list[Prompt]:
        return list(prompts([str(word) for word in words], ReadOptions(**options), warn=self.warnings.append))


@pytest.fixture
def read() -> Reader:
    return Reader()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file under the test's directory."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
