"""`scrimp run` from and to objects of S3."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from command import Scrimp
from fake_provider import FakeProvider
from s3_server import s3_server


def test_objects_below_an_address_are_read_and_one_is_written(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    with s3_server("b") as store:
        scrimp.env |= store.env
        store.objects |= {
            "b/in/a b.jsonl": b'{"id": "r0", "text": "p0"}\n',
            "b/in/deep/c.lines.gz": gzip.compress(b"p1\np2\n"),
            "b/in/_SUCCESS": b"",
            "b/in/README.md": b"# Rows",
        }
        ran = scrimp("run", "s3://b/in", "-o", "s3://b/out/rows.jsonl")
        again = scrimp("run", "s3://b/in", "-o", "s3://b/out/rows.jsonl", "--only-failed", "s3://b/out/rows.jsonl")

    assert "s3://b/out/rows.jsonl is also read for --only-failed" in again.err
    assert (ran.status, ran.out) == (0, "")
    assert "s3://b/in: left out 1 without an extension" in ran.err
    assert "s3://b/in: left out s3://b/in/README.md, which describes the tables there" in ran.err
    rows = [json.loads(line) for line in store.objects["b/out/rows.jsonl"].splitlines()]
    assert [(row["id"], row["output"]) for row in rows] == [
        ("r0", "echo: p0"), ("s3://b/in/deep/c.lines.gz:1", "echo: p1"), ("s3://b/in/deep/c.lines.gz:2", "echo: p2"),
    ]  # fmt: skip


def test_what_no_object_can_be_is_said(scrimp: Scrimp, provider: FakeProvider) -> None:
    scrimp.provider(provider.url)
    scrimp.file("in.lines", "a\n")

    assert "name files" in scrimp("run", "in.lines", "-o", "s3://b/{id}.txt").err
    assert "name a file" in scrimp("run", "in.lines", "--summary-file", "s3://b/bill.json").err
    assert provider.bodies == []


@pytest.mark.parametrize("former", [b'{"id": "paid for yesterday"}\n', None])
def test_rows_for_an_object_that_do_not_fit_in_the_temporary_file_are_kept_as_far_as_they_do(
    scrimp: Scrimp, provider: FakeProvider, tmp_path: Path, former: bytes | None
) -> None:
    scrimp.provider(provider.url)
    # of 1.2 MB; each row fits in the buffer, from which it finds no room
    scrimp.file("many.jsonl", "".join(json.dumps({"text": f"{n}" + " x" * 2000}) + "\n" for n in range(300)))
    (tmp_path / "temporary").mkdir()
    with s3_server("b") as store:
        scrimp.env |= store.env | {"TMPDIR": str(tmp_path / "temporary")}
        store.objects |= {} if former is None else {"b/rows.jsonl": former}
        ran = scrimp.amid(
            "run", "many.jsonl", "-o", "s3://b/rows.jsonl", "-j", "4", "--cache", "off", limits={"FSIZE": 1 << 20}
        )

    assert (ran.status, "rows cannot be written (File too large)" in ran.err) == (2, True), ran.err
    parts = [*(tmp_path / "temporary").glob("*.part")]
    if former is not None:
        assert store.objects["b/rows.jsonl"] == former
        assert f"; the rows that found room are in {parts[0]}\n" in ran.err
    rows = store.objects["b/rows.jsonl"] if former is None else parts[0].read_bytes()
    assert len(parts) == (former is not None)
    assert 0 < sum(bool(json.loads(line)["output"]) for line in rows.splitlines()) < 300
