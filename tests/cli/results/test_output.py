"""The file of -o: nothing that is read is written over, and a mistake costs no earlier results."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider, completion, error
from scrimp.cli.results.output import open_output, write_beside
from scrimp.errors import OutputError

FORMER = b'{"id":"1","output":"paid for yesterday"}\n'


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file("in/a.jsonl", '{"text": "one"}\n{"text": "two"}\n')
    scrimp.file("rows.jsonl", '{"text": "one"}\n{"text": "two"}\n')
    scrimp.file("broken.jsonl", '{"text": \n')
    scrimp.file("say.prompt", "Say {text}")
    scrimp.file("schema.json", '{"type": "object"}')
    (scrimp.cwd / "link.jsonl").symlink_to("rows.jsonl")
    os.link(scrimp.cwd / "rows.jsonl", scrimp.cwd / "hard.jsonl")
    return scrimp


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("flag", ["-o", "--summary-file"])
@pytest.mark.parametrize(
    ("words", "target"),
    [
        (("rows.jsonl",), "rows.jsonl"),
        (("rows.jsonl",), "./in/../rows.jsonl"),
        (("rows.jsonl",), "link.jsonl"),
        (("rows.jsonl",), "hard.jsonl"),
        (("link.jsonl",), "rows.jsonl"),
        (("in",), "in/a.jsonl"),
        (("in",), "in/new.jsonl"),
        ((".",), "in/a.jsonl"),
        (("in/*.jsonl",), "in/a.jsonl"),
        (("rows.jsonl", "-t", "@say.prompt"), "say.prompt"),
        (("rows.jsonl", "--system", "@say.prompt"), "say.prompt"),
        (("rows.jsonl", "--schema", "schema.json"), "schema.json"),
    ],
)
def test_nothing_that_is_read_is_written(
    ready: Scrimp, provider: FakeProvider, words: tuple[str, ...], target: str, flag: str
) -> None:
    before = contents(ready.cwd)
    ran = ready("run", *words, flag, target)

    assert ran.status == 2
    assert ran.err.startswith(f"scrimp: {flag}: {target} is also ")
    assert contents(ready.cwd) == before
    assert provider.bodies == []


def test_a_file_that_comes_through_stdin_is_read_too(ready: Scrimp) -> None:
    before = contents(ready.cwd)
    with (ready.cwd / "rows.jsonl").open("rb") as stdin:
        run = ready.start("run", "-o", "rows.jsonl", stdin=stdin, stderr=subprocess.PIPE)
        _, err = run.communicate(timeout=100)

    assert (run.returncode, b"is also an input" in err) == (2, True)
    assert contents(ready.cwd) == before


@pytest.mark.parametrize(
    "words",
    [
        ("rows.jsonl", "-t", "{txet}"),
        ("rows.jsonl", "--fields", "output,ouput2"),
        ("rows.jsonl", "--model", "nobody/at-all"),
        ("rows.jsonl", "--choices", "one"),
        ("rows.jsonl", "--schema", "none.json"),
        ("none.jsonl",),
        ("broken.jsonl",),
        ("rows.jsonl", "--cache", "only"),
        ("rows.jsonl", "--max-cost", "0.000001"),
    ],
)
def test_a_mistake_costs_no_earlier_results(ready: Scrimp, words: tuple[str, ...]) -> None:
    ready.file("out.jsonl", FORMER)
    ran = ready("run", *words, "-o", "out.jsonl")

    assert ran.status != 0
    assert (ready.cwd / "out.jsonl").read_bytes() == FORMER
    assert list(ready.cwd.glob(".out*")) == []


def test_a_refused_key_costs_no_earlier_results_but_is_written_where_there_are_none(
    ready: Scrimp, provider: FakeProvider
) -> None:
    provider.answer = lambda _: error(401, "invalid_api_key")
    ready.file("out.jsonl", FORMER)
    over = ready("run", "rows.jsonl", "-o", "out.jsonl")
    fresh = ready("run", "rows.jsonl", "-o", "new.jsonl")

    assert (over.status, fresh.status) == (4, 4)
    assert (ready.cwd / "out.jsonl").read_bytes() == FORMER
    assert "no row was answered: out.jsonl is as it was before" in over.err
    assert b'"status":"error"' in (ready.cwd / "new.jsonl").read_bytes()


def test_the_new_results_take_the_place_of_the_former_with_their_permissions(ready: Scrimp) -> None:
    ready.file("out.jsonl", FORMER).chmod(0o640)
    (ready.cwd / "latest").symlink_to("out.jsonl")
    assert ready("run", "rows.jsonl", "-o", "latest", "--out", "jsonl").status == 0
    assert ready("run", "rows.jsonl", "-o", "new.jsonl").status == 0

    assert (ready.cwd / "latest").is_symlink()
    assert len((ready.cwd / "out.jsonl").read_bytes().splitlines()) == 2
    assert (ready.cwd / "out.jsonl").stat().st_mode & 0o777 == 0o640
    mask = os.umask(0o077)
    os.umask(mask)
    assert (ready.cwd / "new.jsonl").stat().st_mode & 0o777 == 0o666 & ~mask
    assert [path.name for path in ready.cwd.iterdir() if path.name.startswith(".")] == []


def test_a_stopped_run_leaves_its_finished_rows_under_the_name(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("many.jsonl", "".join(f'{{"text": "{n}"}}\n' for n in range(40)))
    ready.file("out.jsonl", FORMER)
    go_on = provider.hold(after=4)
    run = ready.start("run", "many.jsonl", "-o", "out.jsonl", "-j", "2", stderr=subprocess.DEVNULL)
    wait_until(lambda: len(provider.bodies) > 4, run=run)
    assert (ready.cwd / "out.jsonl").read_bytes() == FORMER  # until the end
    run.send_signal(signal.SIGINT)
    go_on.set()

    assert run.wait(timeout=100) == 130
    rows = (ready.cwd / "out.jsonl").read_bytes().splitlines()
    assert 0 < len(rows) < 40
    assert all(b'"status":"ok"' in row for row in rows)
    assert list(ready.cwd.glob(".out*")) == []


@pytest.mark.parametrize("former", [FORMER, None])
def test_rows_that_do_not_fit_cost_no_earlier_results_nor_those_that_did_and_leave_no_half_row(
    ready: Scrimp, provider: FakeProvider, former: bytes | None
) -> None:
    ready.file("many.jsonl", "".join(json.dumps({"text": f"{n}" + " x" * 25_000}) + "\n" for n in range(60)))
    if former is not None:
        ready.file("out.jsonl", former)
    # of the 3 MB that the rows need
    ran = ready.amid("run", "many.jsonl", "-o", "out.jsonl", "-j", "1", "--cache", "off", limits={"FSIZE": 1 << 20})

    message = "rows cannot be written (File too large): free some space; with --cache off a rerun starts over\n"
    assert (ran.status, message in ran.err) == (2, True)
    assert ("scrimp: out.jsonl is as it was before" in ran.err) == (former is not None)
    if former is not None:
        assert (ready.cwd / "out.jsonl").read_bytes() == former
    (file,) = ready.cwd.glob("out.jsonl" if former is None else "out.jsonl.*.part")  # they are nowhere else
    assert former is None or f"; the rows that found room are in {file}\n" in ran.err
    assert 0 < sum(bool(json.loads(line)["output"]) for line in file.read_bytes().splitlines()) < 60
    assert list(ready.cwd.glob(".*")) == []


def test_an_array_of_rows_that_do_not_fit_is_closed(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("many.jsonl", "".join(json.dumps({"text": f"{n}" + " x" * 25_000}) + "\n" for n in range(60)))
    ran = ready.amid("run", "many.jsonl", "-o", "out.json", "-j", "1", limits={"FSIZE": 1 << 20})

    assert ran.status == 2
    assert 0 < len(json.loads((ready.cwd / "out.json").read_bytes())) < 60


def test_a_table_that_got_its_column_of_errors_late_and_does_not_fit_ends_with_a_whole_row(
    ready: Scrimp, provider: FakeProvider
) -> None:
    texts = [f"{n}" + " x" * 1000 for n in range(400)]
    texts[300] = ""  # the first row that fails, when those of the first groups are written
    ready.file("many.csv", "text\n" + "".join(f'"{text}"\n' for text in texts))
    provider.answer = lambda _: completion("yes")
    whole = ready("run", "many.csv", "-o", "whole.csv").status, (ready.cwd / "whole.csv").read_text()
    limits = {"FSIZE": len(whole[1]) - 30_000}
    ran = ready.amid("run", "many.csv", "-o", "out.csv", "--cache", "only", limits=limits)

    assert (whole[0], ran.status, "rows cannot be written (File too large)" in ran.err) == (3, 2, True)
    assert whole[1].startswith((ready.cwd / "out.csv").read_text())
    assert (ready.cwd / "out.csv").read_text().endswith("\n")


def test_a_file_of_a_row_that_does_not_fit_leaves_nothing(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(OutputError, match=r"1\.txt cannot be written \(File too large\)"):
            write_beside(tmp_path / "rows" / "1.txt", b"more than ten bytes", "on")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert list((tmp_path / "rows").iterdir()) == []


def test_rows_whose_file_is_removed_while_it_is_written_are_not_said_to_be_in_it(tmp_path: Path) -> None:
    with ExitStack() as opened:
        opened.enter_context(open_output(str(tmp_path / "out.jsonl"))).stream.write(FORMER)
        for part in tmp_path.iterdir():
            part.unlink()
        with pytest.raises(OutputError, match=r"\.part was removed; rerun the same command$"):
            opened.close()


def test_a_file_that_is_removed_as_the_disk_is_full_is_named(tmp_path: Path) -> None:
    with ExitStack() as opened:
        file = opened.enter_context(open_output(str(tmp_path / "out.jsonl")))
        file.stream.write(FORMER)
        file.mark_whole()
        file.end_at_whole_rows()
        for part in tmp_path.iterdir():
            part.unlink()
        with pytest.raises(OutputError, match=r"\.part was removed; rerun the same command$"):
            opened.close()


def test_a_pipe_without_a_reader_is_waited_for_and_that_is_said(ready: Scrimp) -> None:
    os.mkfifo(ready.cwd / "pipe")
    run = ready.start("run", "rows.jsonl", "-o", "pipe", stderr=subprocess.PIPE)
    assert run.stderr is not None
    said = run.stderr.readline()
    with (ready.cwd / "pipe").open("rb") as reader:
        rows = reader.readlines()
    run.communicate(timeout=100)

    assert said.endswith(b"/pipe has no reader yet: waiting for one\n")
    assert (run.returncode, len(rows)) == (0, 2)


def test_what_is_not_a_regular_file_is_written_as_it_is(ready: Scrimp) -> None:
    os.mkfifo(ready.cwd / "pipe")
    with subprocess.Popen(["cat", "pipe"], cwd=ready.cwd, stdout=subprocess.PIPE) as reader:
        assert ready("run", "rows.jsonl", "-o", "pipe").status == 0
        out, _ = reader.communicate(timeout=100)
    through_stdout = ready("run", "rows.jsonl", "-o", "/dev/stdout")
    into_a_folder = ready("run", "rows.jsonl", "-o", "in")

    assert len(out.splitlines()) == len(through_stdout.rows) == 2
    assert (into_a_folder.status, "-o: in cannot be written (Is a directory)" in into_a_folder.err) == (2, True)


def test_the_bill_is_not_written_over_the_rows(ready: Scrimp) -> None:
    ran = ready("run", "rows.jsonl", "-o", "out.json", "--summary-file", "./out.json")

    assert ran.status == 2
    assert "--summary-file: ./out.json has the rows of -o, so the bill is not written" in ran.err
    assert b'"output":"echo: one"' in (ready.cwd / "out.json").read_bytes()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "an input is an empty string"),
        ("Summarise this report in three sentences. " * 20, "if this is a prompt, use `scrimp ask`"),
        ("no such/*.jsonl", "matches no file"),
    ],
)
def test_an_input_that_is_none_says_so_with_an_output_as_without(ready: Scrimp, given: str, message: str) -> None:
    without, with_output = ready("run", given), ready("run", given, "-o", "out.jsonl")

    assert (with_output.status, with_output.err) == (without.status, without.err)
    assert message in with_output.err
    assert not (ready.cwd / "out.jsonl").exists()


def test_a_pipe_whose_reader_leaves_ends_the_run_as_a_closed_stdout_does(ready: Scrimp, provider: FakeProvider) -> None:
    long = " and so on" * 300  # so that few rows fill the pipe, however late its reader is
    ready.file("many.jsonl", "".join(f'{{"text": "{n}{long}"}}\n' for n in range(400)))
    provider.delay = 0.02
    os.mkfifo(ready.cwd / "pipe")
    with subprocess.Popen(["head", "-1", "pipe"], cwd=ready.cwd, stdout=subprocess.DEVNULL):
        ran = ready("run", "many.jsonl", "-o", "pipe", "-j", "4")

    assert (ran.status, ran.err) == (141, "")
    assert len(provider.bodies) < 400


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write in every directory")
def test_a_file_in_a_directory_that_may_not_be_changed_is_replaced_anyway(
    ready: Scrimp, provider: FakeProvider
) -> None:
    path = ready.file("shut/out.jsonl", FORMER)
    path.parent.chmod(0o555)
    try:
        replaced = ready("run", "rows.jsonl", "-o", "shut/out.jsonl")
        rows = path.read_bytes()
        provider.answer = lambda _: error(401, "invalid_api_key")
        refused = ready("run", "in", "-o", "shut/out.jsonl", "--cache", "off")
    finally:
        path.parent.chmod(0o755)

    assert (replaced.status, refused.status) == (0, 4)
    assert len(rows.splitlines()) == 2
    assert path.read_bytes() == rows


@pytest.mark.parametrize("mode", ["wb", "ab"], ids=["written over", "appended to"])
@pytest.mark.parametrize("words", [("in",), ("in/rows.txt",), ("linked",), ("in/*.txt",)], ids=" ".join)
def test_rows_do_not_go_to_a_file_that_the_run_reads_by_way_of_the_shell(
    scrimp: Scrimp, provider: FakeProvider, words: tuple[str, ...], mode: str
) -> None:
    scrimp.provider(provider.url)
    scrimp.file("in/other.txt", "one\n")
    rows = scrimp.file("in/rows.txt", "" if mode == "wb" else "two\n")
    (scrimp.cwd / "linked").symlink_to("in")
    with rows.open(mode) as stdout:
        run = scrimp.start(
            "run", *words, "--out", "text", stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE
        )
        err = run.communicate()[1].decode()

    assert (run.returncode, provider.bodies) == (2, [])
    assert f"stdout goes to {rows}, which is also an input" in err
    assert rows.read_text() == ("" if mode == "wb" else "two\n")
