"""A directory of parts: each written whole, in the place of the former, and the rest of a former run removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from outcomes import answered, failed
from s3_server import s3_server
from scrimp.engines.part_files import PartFiles
from scrimp.errors import OutputError, UsageError


def test_the_parts_in_order_of_their_names_are_the_rows_in_order(tmp_path: Path) -> None:
    parts = PartFiles(folder=f"{tmp_path}/deep/out/", out="jsonl")
    parts.prepare()
    for number in (11, 2):
        parts.write(number, [answered(index=2 * number), answered(index=2 * number + 1)], alone=False)
    parts.write(0, [failed(index=99)], alone=True)
    parts.write(2, [answered(index=4), failed(index=5)], alone=False)

    files = sorted((tmp_path / "deep" / "out").iterdir())
    assert [file.name for file in files] == ["part-000002.jsonl", "part-000011.jsonl", "part-lost-000000.jsonl"]
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert [(row["index"], row["status"]) for row in rows] == [
        (4, "ok"), (5, "error"), (22, "ok"), (23, "ok"), (99, "error"),
    ]  # fmt: skip


def test_all_parts_have_the_same_columns(tmp_path: Path) -> None:
    parts = PartFiles(folder=f"{tmp_path}/", out="csv")
    for number, outcome in enumerate([answered(), failed()]):
        row = replace(outcome, prompt=replace(outcome.prompt, row={"text": "a"}, tabular=True))
        parts.write(number, [row], alone=False)

    headers = [file.read_text().splitlines()[0] for file in tmp_path.iterdir()]
    assert headers == ["text,output,error"] * 2


def test_what_a_former_run_left_is_removed_and_what_is_no_part_is_not_touched(tmp_path: Path) -> None:
    parts = PartFiles(folder=f"{tmp_path}/", out="jsonl")
    for name in ("part-000000.jsonl", "part-000007.csv", "part-lost-000000.jsonl", ".hidden"):
        (tmp_path / name).write_text("former")
    parts.prepare()
    parts.write(0, [answered()], alone=False)
    parts.remove_others({parts.name(0, alone=False)})

    assert {file.name for file in tmp_path.iterdir()} == {"part-000000.jsonl", ".hidden"}
    (tmp_path / "notes.md").touch()
    with pytest.raises(UsageError, match=r"has notes\.md in it, which is not a part"):
        parts.prepare()


def test_a_part_that_cannot_be_written_says_what_machines_need(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"part-000000.jsonl cannot be written \(No such file.*the same disk"):
        PartFiles(folder=f"{tmp_path}/nowhere/", out="jsonl").write(0, [answered()], alone=False)


def test_parts_can_be_objects_of_s3(monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_server("partsbucket") as store:
        for name, value in store.env.items():
            monkeypatch.setenv(name, value)
        store.objects["partsbucket/out/part-000009.csv"] = b"former"
        parts = PartFiles(folder="s3://partsbucket/out/", out="csv", fields=("index",))
        parts.prepare()
        parts.write(0, [answered(index=7)], alone=False)
        parts.remove_others({"part-000000.csv"})

    store.objects.pop("partsbucket/out/", None)  # by which the client keeps what looks like a directory
    assert store.objects == {"partsbucket/out/part-000000.csv": b"index\n7\n"}
