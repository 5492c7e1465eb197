"""`scrimp run` from and to objects of S3."""

from __future__ import annotations

import gzip
import json

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
