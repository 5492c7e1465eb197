"""Objects of S3 as inputs, and as outputs."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from s3_server import S3Server, s3_server
from scrimp.cli.results.output import open_output
from scrimp.errors import InputError, OutputError, ScrimpError, UsageError
from scrimp.read.inputs.input_files import includes_name
from scrimp.read.inputs.input_meter import InputMeter
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with s3_server("objects") as running:
        yield running


@pytest.fixture
def objects(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    server.objects.clear()
    return server.objects


def texts(*names: str, meter: InputMeter | None = None) -> list[str]:
    return [prompt.text for prompt in prompts(names, ReadOptions(), warn=print, meter=meter)]


def test_a_pattern_stays_between_slashes_unless_it_says_otherwise(objects: dict[str, bytes]) -> None:
    objects |= {
        "objects/a.lines": b"a\n", "objects/in/b.lines": b"b\n", "objects/in/deep/c.lines": b"c\n",
        "objects/in/deep/d [1].lines": b"d\n",
    }  # fmt: skip

    assert texts("s3://objects/*.lines") == ["a"]
    assert texts("s3://objects/in/?.lines") == ["b"]
    assert texts("s3://objects/*/*.lines") == ["b"]
    assert texts("s3://objects/**/[!ad]*.lines") == ["b", "c"]
    assert texts("s3://objects/in/", "s3://objects/a.lines") == ["b", "c", "d", "a"]


def test_how_much_is_read_of_them_is_known(objects: dict[str, bytes]) -> None:
    data = b"".join(b"row %d\n" % n for n in range(100_000, 200_000))
    objects |= {"objects/a.lines": data, "objects/b.lines": data}
    meter = InputMeter(["s3://objects/*"])
    rows = prompts(["s3://objects/*"], ReadOptions(), warn=print, meter=meter)
    for _ in range(130_001):
        next(rows)

    assert meter.total()[0] == pytest.approx(200_000, rel=0.1)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("s3://objects/none.lines", "s3://objects/none.lines does not exist"),
        ("s3://elsewhere/none.lines", "s3://elsewhere/none.lines does not exist"),
        ("s3://objects/*.csv", r"s3://objects/\*.csv matches no object"),
        ("s3:///x.csv", "names no bucket: write s3://BUCKET/KEY"),
    ],
)
def test_what_does_not_exist_is_named(objects: dict[str, bytes], name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        texts(name)


def test_an_object_has_its_new_content_at_the_end(objects: dict[str, bytes]) -> None:
    objects["objects/out"] = b"former"
    with open_output("s3://objects/out") as file:
        file.stream.write(b"new")
        assert (objects["objects/out"], file.replaces) == (b"former", True)
    assert objects["objects/out"] == b"new"
    with pytest.raises(KeyboardInterrupt), open_output("s3://objects/out") as file:
        raise KeyboardInterrupt
    assert objects["objects/out"] == b"new"


@pytest.mark.parametrize("name", ["s3://elsewhere/x.jsonl", "s3://objects/", "s3://objects"])
def test_where_no_object_can_be_is_said_before_anything_is_written(objects: dict[str, bytes], name: str) -> None:
    with pytest.raises(UsageError, match="is not where an object can be"), open_output(name):
        pytest.fail("it was opened")


def test_rows_that_cannot_be_uploaded_are_kept(
    objects: dict[str, bytes], server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "refuses", True, raising=False)
    with pytest.raises(OutputError, match="the rows are in ") as raised, open_output("s3://objects/out") as file:
        file.stream.write(b"rows")
    with open(str(raised.value).rpartition("the rows are in ")[2], "rb") as kept:
        assert kept.read() == b"rows"


def test_an_output_is_not_among_the_inputs() -> None:
    for name in ("s3://b/in", "s3://b/in/", "s3://b/*/x.jsonl", "s3://b/in/x.jsonl", "s3://b/**"):
        assert includes_name(["-", "file", name], "s3://b/in/x.jsonl")
    for name in ("s3://b/i", "s3://b/*.jsonl", "s3://b/in/y.jsonl"):
        assert not includes_name([name], "s3://b/in/x.jsonl")


def test_without_pyarrow_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.fs", None)
    with pytest.raises(ScrimpError, match=r"pip install 'scrimp\[s3\]'"):
        texts("s3://objects/a.lines")
