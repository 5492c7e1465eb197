from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scrimp.errors import StoreError
from scrimp.store.files.changed_json import change_json, read_json

NAMES = [f"name {number}" for number in range(40)]


def add(path: Path, name: str) -> None:
    change_json(path, int, lambda values: {**values, name: 1})


def test_changes_at_the_same_time_are_all_kept_and_no_reader_sees_a_part(tmp_path: Path) -> None:
    path = tmp_path / "values.json"
    seen = [0]
    with ThreadPoolExecutor(8) as pool:  # a lock is of a descriptor, so threads keep each other out as processes do
        changes = [pool.submit(add, path, name) for name in NAMES]
        while not all(change.done() for change in changes):
            seen.append(len(json.loads(path.read_bytes())) if path.exists() else 0)
    for change in changes:
        change.result()

    assert read_json(path, int) == dict.fromkeys(NAMES, 1)
    assert seen == sorted(seen)


def test_a_change_that_fails_leaves_the_former_values(tmp_path: Path) -> None:
    path = tmp_path / "values.json"
    add(path, "kept")
    with pytest.raises(ZeroDivisionError):
        change_json(path, int, lambda values: dict.fromkeys(values, 1 // 0))

    assert read_json(path, int) == {"kept": 1}


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b'{"a": "text"}'])
def test_a_file_that_cannot_be_read_has_no_values(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "values.json"
    path.write_bytes(data)
    add(path, "new")

    assert read_json(path, int) == {"new": 1}


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        add(tmp_path / "file" / "values.json", "new")
