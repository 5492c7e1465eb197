"""Files that go with prompts, looked at more than once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scrimp.read.attachments import attachment, measured, row_attachments

GIF = b"GIF89a\x10\0\x20\0"


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_changed_is_another_one_in_the_same_process_too(tmp_path: Path, replaced: bool) -> None:
    file = tmp_path / "a.gif"
    file.write_bytes(GIF)
    before = measured(attachment(str(file)))
    if replaced:
        (tmp_path / "b.gif").write_bytes(GIF[:6] + b"\x30\0\x40\0")
        os.replace(tmp_path / "b.gif", file)  # as editors do
    else:
        file.write_bytes(GIF[:6] + b"\x30\0\x40\0" + b"more")
    after = measured(attachment(str(file)))

    assert before.identity != after.identity
    assert (before.width, before.height, after.width, after.height) == (16, 32, 48, 64)


def test_a_file_is_known_by_its_content_wherever_it_is(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.gif").write_bytes(GIF)
    a, b = (row_attachments("x.gif", "photo", "t:1", str(tmp_path / folder))[0] for folder in ("a", "b"))

    assert (a.identity, a.name) == (b.identity, b.name)
    assert a.path != b.path


def test_an_absolute_path_is_not_joined_to_the_folder(tmp_path: Path) -> None:
    (tmp_path / "x.gif").write_bytes(GIF)
    (found,) = row_attachments(str(tmp_path / "x.gif"), "photo", "t:1", "elsewhere")

    assert (found.path, found.defect) == (str(tmp_path / "x.gif"), "")
