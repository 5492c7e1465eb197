"""-o 'DIR/{id}.md': a file for each row, whole or not at all, and never over what is read."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from command import Scrimp, wait_until
from fake_provider import FakeProvider, echo, error


@pytest.fixture
def ready(scrimp: Scrimp, provider: FakeProvider) -> Scrimp:
    scrimp.provider(provider.url)
    scrimp.file(
        "rows.jsonl",
        '{"id":"a","text":"one","lang":"de","user":{"name":"Ada"}}\n{"id":"b/../c","text":"two","lang":"fr"}\n'
        '{"id":"A","text":"one","lang":"de"}\n',
    )
    return scrimp


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_each_row_has_its_file_under_its_id(ready: Scrimp, provider: FakeProvider) -> None:
    ran = ready("run", "rows.jsonl", "-o", "out/{id}.md")

    assert (ran.status, ran.out) == (0, "")
    assert files(ready.cwd / "out") == {"a.md": "echo: one\n", "b_.._c.md": "echo: two\n", "A-2.md": "echo: one\n"}
    assert len(provider.bodies) == 2
    again = ready("run", "rows.jsonl", "-o", "out/{id}.md")
    assert (again.status, len(provider.bodies)) == (0, 2)
    assert len(files(ready.cwd / "out")) == 3


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("{index}.txt", ["0.txt", "1.txt", "2.txt"]),
        ("{row}", ["1", "2", "3"]),
        ("{lang}/{stem}-{id}", ["de/rows-A-2", "de/rows-a", "fr/rows-b_.._c"]),
        ("{file}.md", ["rows.jsonl-2.md", "rows.jsonl-3.md", "rows.jsonl.md"]),
        ("{{{index}}}", ["{0}", "{1}", "{2}"]),
    ],
)
def test_columns_and_places_make_a_name(ready: Scrimp, pattern: str, names: list[str]) -> None:
    assert ready("run", "rows.jsonl", "-o", f"out/{pattern}").status == 0
    assert sorted(files(ready.cwd / "out")) == sorted(names)


def test_doubled_braces_alone_are_a_name(ready: Scrimp) -> None:
    assert ready("run", "rows.jsonl", "-o", "{{x}}.jsonl").status == 0
    assert len((ready.cwd / "{x}.jsonl").read_text().splitlines()) == 3


def test_out_says_what_is_in_the_files(ready: Scrimp) -> None:
    ready("run", "rows.jsonl", "-o", "out/{index}.json", "--out", "jsonl", "--fields", "id,output")
    ready.file("rows.csv", "id;text\n7;one\n")
    ready("run", "rows.csv", "-o", "tables/{id}.csv", "--out", "csv", "--delimiter", ";", "--encoding", "utf-8")

    assert json.loads(files(ready.cwd / "out")["1.json"]) == {"id": "b/../c", "output": "echo: two"}
    assert files(ready.cwd / "tables") == {"7.csv": "id;text;output\n7;one;echo: one\n"}


def test_a_folder_of_texts_becomes_a_folder_of_completions(ready: Scrimp) -> None:
    for name in ("one.md", "sub/two.txt", "sub/one.md"):
        ready.file(f"in/{name}", name)
    ready.file("in/photo.jpg", b"\xff\xd8")
    ran = ready("run", "in", "-o", "out/{stem}.md")
    by_id = ready("run", "in", "-o", "by/{id}")

    assert (ran.status, by_id.status) == (0, 0)
    assert files(ready.cwd / "out") == {
        "one.md": "echo: one.md\n", "one-2.md": "echo: sub/one.md\n", "two.md": "echo: sub/two.txt\n"
    }  # fmt: skip
    assert sorted(files(ready.cwd / "by")) == ["in_one.md", "in_sub_one.md", "in_sub_two.txt"]
    assert ran.err.count("in: left out 1 .jpg: to read such a file as one text, name it") == 1


EQUAL = [("a/b", "one"), ("a_b", "two"), ("a_b", "three"), ("A_B", "four"), ("c", "five"), ("a_b-2", "six")]


def equal_names(scrimp: Scrimp, *words: str, texts: Sequence[tuple[str, object]] = EQUAL) -> dict[str, str]:
    """The files of a run whose rows have names that are the same, or nearly, in a folder that was empty."""
    scrimp.file("equal.jsonl", "".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in texts))
    folder = scrimp.cwd / f"out{len(list(scrimp.cwd.iterdir()))}"
    scrimp("run", "equal.jsonl", "-o", f"{folder}/{{id}}.md", "-q", *words)
    return files(folder)


@pytest.mark.parametrize(
    "selection",
    [
        ("--skip", "1"),
        ("--skip", "3", "--limit", "2"),
        ("--sample", "3", "--seed", "1"),
        ("--sample", "2", "--seed", "3", "--skip", "1"),
        ("--only-failed", "former.jsonl"),
        ("--only-failed", "former.jsonl", "--sample", "2"),
        ("--samples", "2", "--skip", "2"),
        ("--samples", "2", "--sample", "3"),
    ],
)
def test_a_row_has_the_same_file_whichever_rows_are_taken(
    ready: Scrimp, provider: FakeProvider, selection: tuple[str, ...]
) -> None:
    several = selection[:2] if selection[0] == "--samples" else ()
    every = equal_names(ready, *several)
    assert len(every) == len(EQUAL) * (2 if several else 1)
    provider.answer = lambda body: (
        error(400) if "three" in json.dumps(body) or "six" in json.dumps(body) else echo(body)
    )
    ready("run", "equal.jsonl", "-o", "former.jsonl", "--cache", "refresh", "-q")
    provider.answer = echo
    some = equal_names(ready, *selection)

    assert 0 < len(some) < len(every)
    assert some.items() <= every.items()


def test_rows_that_are_left_out_may_be_wrong(ready: Scrimp) -> None:
    texts = [("a", ["one"]), ("a", "two"), ("a", "three"), ("a", None)]

    assert equal_names(ready, "--skip", "1", "--limit", "2", texts=texts) == {
        "a.md": "echo: two\n", "a-2.md": "echo: three\n"
    }  # fmt: skip


def test_a_row_without_a_prompt_has_its_name_and_no_file(ready: Scrimp) -> None:
    texts = [("a", ""), ("a", "two"), ("a", None), ("a", "four")]

    files = {"a-2.md": "echo: two\n", "a-4.md": "echo: four\n"}
    assert equal_names(ready, texts=texts) == files
    assert equal_names(ready, "--skip", "1", texts=texts) == files


def test_a_row_that_failed_has_no_file(ready: Scrimp, provider: FakeProvider) -> None:
    usual = provider.answer
    provider.answer = lambda body: error(400, "no") if "two" in json.dumps(body) else usual(body)
    ready.file("out/b_.._c.md", "of an earlier run")
    ran = ready("run", "rows.jsonl", "-o", "out/{id}.md")

    assert ran.status == 3
    assert files(ready.cwd / "out") == {
        "a.md": "echo: one\n", "b_.._c.md": "of an earlier run", "A-2.md": "echo: one\n"
    }  # fmt: skip
    assert "rows.jsonl:2 has no file: " in ran.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rows.jsonl", "-o", "out/{nope}.md"), "rows.jsonl:1: there is no column 'nope'"),
        (("rows.jsonl", "-o", "out/{user.name}.md"), "rows.jsonl:2: there is no column 'user.name'"),
        (
            ("lines.lines", "-o", "out/{id}.md"),
            "lines.lines:1: the row has no id for -o: name a column with --id-field",
        ),
        (("null.jsonl", "-o", "out/{text}.md"), "null.jsonl:1: 'text' is null: give the row a value, or remove it"),
        (("rows.jsonl", "-o", "out/{id.md"), "-o has a lone '{' at character 5"),
        (("rows.jsonl", "-o", "out/{id}.md", "--fields", "outptu", "--out", "jsonl"), "did you mean 'output'?"),
        (("in", "-o", "in/{stem}.md"), "-o: a file like in/x.md would be an input itself"),
        ((".", "-o", "out/{stem}.md"), "-o: a file like out/x.md would be an input itself"),
        (("in/*.md", "-o", "in/{stem}.md"), "-o: in/one.md is also an input"),
        (("in/*.md", "-o", "linked/{stem}.md"), "-o: linked/one.md is also an input"),
        (
            ("rows.jsonl", "-t", "@in/one.md", "-o", "in/{user.name}.md"),
            "-o: in/Ada.md is also the file of --summary-file",
        ),
    ],
)
def test_what_cannot_be_a_name_costs_nothing_and_writes_nothing(
    ready: Scrimp, provider: FakeProvider, words: tuple[str, ...], message: str
) -> None:
    ready.file("lines.lines", "one\n")
    ready.file("null.jsonl", '{"text": null}\n')
    ready.file("in/one.md", "Say {text}")
    (ready.cwd / "linked").symlink_to("in")
    before = files(ready.cwd)
    ran = ready("run", *words, *(("--summary-file", "in/Ada.md") if "-t" in words else ()))

    assert (ran.status, message in ran.err) == (2, True), ran.err
    assert {name: text for name, text in files(ready.cwd).items() if name not in ("in/Ada.md", "out/Ada.md")} == before
    assert len(provider.bodies) <= (1 if "user.name" in message else 0)


@pytest.mark.parametrize(
    ("cache", "hint"),
    [
        ("on", "completions are kept in the cache; rerun the same command to resume"),
        ("refresh", "completions are kept in the cache; rerun with --cache on to resume"),
        ("off", "with --cache off a rerun starts over"),
    ],
)
def test_a_file_that_cannot_be_written_ends_the_run_with_what_to_do(ready: Scrimp, cache: str, hint: str) -> None:
    ready.file("out", "a file where a directory should be")
    ran = ready("run", "rows.jsonl", "-o", "out/{id}.md", "--cache", cache)

    assert ran.status == 2
    assert "-o: out/a.md cannot be written (" in ran.err
    assert f"; {hint}\n" in ran.err


def test_a_stopped_run_leaves_whole_files_and_is_resumed(ready: Scrimp, provider: FakeProvider) -> None:
    ready.file("many.jsonl", "".join(f'{{"text": "{n}"}}\n' for n in range(30)))
    go_on = provider.hold(after=6)
    run = ready.start("run", "many.jsonl", "-o", "out/{index}.md", "-j", "2", stderr=subprocess.DEVNULL)
    wait_until(lambda: len(provider.bodies) > 6, run=run)
    run.send_signal(signal.SIGINT)
    go_on.set()
    assert run.wait(timeout=100) == 130

    some = files(ready.cwd / "out")
    assert 0 < len(some) < 30
    assert ready("run", "many.jsonl", "-o", "out/{index}.md").status == 0
    assert files(ready.cwd / "out") == {f"{n}.md": f"echo: {n}\n" for n in range(30)}
    assert len(provider.bodies) == 30
