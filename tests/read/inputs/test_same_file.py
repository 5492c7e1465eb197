from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from command import Scrimp
from fake_provider import FakeProvider
from scrimp.read.inputs.input_files import InputFiles
from scrimp.read.inputs.same_file import folded, is_same_file, means_one

NFC, NFD = "caf\u00e9.jsonl", "cafe\u0301.jsonl"


class Disk:
    """A disk with some files that takes names for the same, or does not, and lists each by one name."""

    def __init__(self, *paths: str, folds: bool) -> None:
        self.paths = {part for path in map(Path, paths) for part in (path, *path.parents)}
        self.folds = folds

    def listed(self, folder: Path) -> list[str]:
        return [path.name for path in self.paths if self._key(path.parent) == self._key(folder)]

    def exists(self, path: Path) -> bool:
        return self._key(path) in map(self._key, self.paths)

    def means_one(self, one: str, other: str) -> bool:
        return means_one(Path(one), Path(other), listed=self.listed, exists=self.exists)

    def _key(self, path: Path) -> str:
        return folded(str(path)) if self.folds else str(path)


@pytest.mark.parametrize(
    ("one", "other"),
    [("/in/r.jsonl", "/in/R.JSONL"), (f"/in/{NFC}", f"/in/{NFD}"), ("/in/r.jsonl", "/IN/r.jsonl"),
     ("/in/STRASSE.csv", "/in/straße.csv")],
)  # fmt: skip
def test_a_name_that_is_found_and_not_listed_is_another_form_of_one_that_is(one: str, other: str) -> None:
    assert folded(one) == folded(other)
    assert Disk(one, folds=True).means_one(one, other)
    assert Disk(one, folds=True).means_one(other, one)
    assert not Disk(one, folds=False).means_one(one, other)
    assert not Disk(one, other, folds=False).means_one(one, other)
    assert Disk("/elsewhere", folds=False).means_one(one, other)  # nothing is there that could tell


def test_where_both_are_listed_they_are_two_files(tmp_path: Path) -> None:
    for name in ("r.jsonl", "R.JSONL", NFC, NFD):
        (tmp_path / name).touch()
    if len(os.listdir(tmp_path)) < 4:
        pytest.skip("this file system takes names for the same")

    assert not is_same_file(tmp_path / "r.jsonl", tmp_path / "R.JSONL")
    assert not is_same_file(tmp_path / NFC, tmp_path / NFD)
    assert not InputFiles([str(tmp_path / "r.jsonl")]).includes(tmp_path / "R.JSONL")
    assert not InputFiles([str(tmp_path / "r.jsonl")]).includes(tmp_path / "R.jsonl")


def test_what_is_one_by_a_link_or_a_path_is_one_and_what_is_not_there_is_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").touch()
    (tmp_path / "link").symlink_to("r.jsonl")
    os.link(tmp_path / "r.jsonl", tmp_path / "hard")

    for name in ("link", "hard", "./r.jsonl", "../" + tmp_path.name + "/r.jsonl"):
        assert is_same_file(tmp_path / "r.jsonl", f"{tmp_path}/{name}"), name
    assert is_same_file(tmp_path / "new", tmp_path / "." / "new")
    assert not is_same_file(tmp_path / "new", tmp_path / "newer")
    assert not is_same_file(tmp_path / "r.jsonl", tmp_path / "new")
    assert not is_same_file("a\0b", "A\0B")


@pytest.fixture
def folding(tmp_path: Path) -> Iterator[Path]:
    """A folder whose file system takes upper and lower case for the same, and numbers each name by itself."""
    missing = [tool for tool in ("mkfs.exfat", "mount.exfat-fuse", "losetup") if not shutil.which(tool)]
    if missing or os.geteuid() != 0 or not Path("/dev/fuse").exists():
        pytest.skip(f"needs root, /dev/fuse, exfat-fuse and exfatprogs; missing: {missing}")
    image, folder = tmp_path / "image", tmp_path / "folding"
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(8 << 20)
    subprocess.run(["mkfs.exfat", image], check=True, capture_output=True)
    loop = subprocess.run(["losetup", "-f", "--show", image], capture_output=True, text=True, check=False)
    device = loop.stdout.strip()
    mounted = (
        device and not subprocess.run(["mount.exfat-fuse", device, folder], capture_output=True, check=False).returncode
    )
    try:
        if not mounted:
            pytest.skip(f"exFAT cannot be mounted here: {loop.stderr}")
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)
        if device:
            subprocess.run(["losetup", "-d", device], check=False)


def test_an_output_is_not_an_input_in_other_letters(scrimp: Scrimp, provider: FakeProvider, folding: Path) -> None:
    scrimp.provider(provider.url)
    data, other = folding / "Data", folding / "data"
    data.mkdir()
    rows = data / "r.jsonl"
    rows.write_text('{"text": "hi"}\n')
    with rows.open("rb") as stdin:
        piped = scrimp.start("run", "-", "-o", str(other / "R.jsonl"), stdin=stdin, stderr=subprocess.PIPE)
        _, said = piped.communicate(timeout=100)
    refused = [
        scrimp("run", str(rows), "-o", str(data / "R.JSONL")),
        scrimp("run", str(rows), "-o", str(other / "r.jsonl")),
        scrimp("run", str(data), "-o", str(other / "new.jsonl")),
        scrimp("run", str(rows), "--summary-file", str(other / "R.jsonl")),
    ]
    both = scrimp("run", str(rows), "-o", str(folding / "out.json"), "--summary-file", str(folding / "OUT.json"))

    assert (piped.returncode, b"is also an input" in said) == (2, True), said
    assert [(ran.status, "is also an input" in ran.err) for ran in refused] == [(2, True)] * 4, refused
    assert rows.read_text() == '{"text": "hi"}\n'
    assert "has the rows of -o" in both.err
    assert len(provider.bodies) == 1
