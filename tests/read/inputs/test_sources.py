from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from scrimp.errors import InputError
from scrimp.read.inputs.input_files import InputFiles
from scrimp.read.inputs.sources import find_sources, is_stream


def names(*words):
    return [source.name for source in find_sources([str(word) for word in words])]


def test_inputs_keep_their_order(file):
    b, a = file("b.txt", ""), file("a.txt", "")

    assert names(b, "-", a) == [str(b), "stdin", str(a)]


def test_a_directory_is_walked_in_order_for_known_extensions_and_nothing_hidden(file, tmp_path):
    for name in ("b.jsonl", "a/z.csv", "a/c.JSON.gz", "c.png", ".hidden.txt", ".git/x.txt", "d/note.md"):
        file(f"data/{name}", "")

    assert names(tmp_path / "data") == [
        f"{tmp_path}/data/{name}" for name in ("a/c.JSON.gz", "a/z.csv", "b.jsonl", "d/note.md")
    ]


def test_the_kinds_that_a_directory_leaves_out_are_told_once(file, tmp_path):
    for name in ("a.md", "b.png", "sub/c.PNG", "sub/d.pdf", "Makefile", ".hidden"):
        file(f"data/{name}", "x")
    told = []

    assert len(list(find_sources([str(tmp_path / "data")], told.append))) == 1
    assert told == [
        f"{tmp_path}/data: left out 2 .png, 1 without an extension, 1 .pdf: to read such a file as one text, name it"
    ]


def test_what_describes_the_tables_of_a_directory_is_left_out_and_that_is_told(file, tmp_path):
    for name in ("README.md", "LICENSE.md.gz", "dataset_infos.json.gz", "data/train.parquet", "notes.md", "readme.csv"):
        file(f"data/{name}", "x")
    told = []

    assert [Path(each.name).name for each in find_sources([str(tmp_path / "data")], told.append)] == [
        "train.parquet", "notes.md", "readme.csv",
    ]  # fmt: skip
    assert len(told) == 1
    assert f"left out {tmp_path}/data/LICENSE.md.gz and 2 more, which describe the tables there" in told[0]


def test_a_read_me_among_documents_or_named_is_read(file, tmp_path):
    for name in ("docs/README.md", "docs/notes.txt", "tables/README.md", "tables/rows.csv"):
        file(name, "x")

    assert names(tmp_path / "docs") == [f"{tmp_path}/docs/README.md", f"{tmp_path}/docs/notes.txt"]
    assert names(tmp_path / "tables/README.md", tmp_path / "tables/rows.csv")[0] == f"{tmp_path}/tables/README.md"


def test_of_very_many_kinds_the_first_are_told(file, tmp_path):
    for number in range(20):
        file(f"data/a.x{number:02}", "")
    file("data/b.md", "")
    told = []
    list(find_sources([str(tmp_path / "data")], told.append))

    assert ".x07, 12 others: " in told[0]


@pytest.mark.parametrize(
    ("words", "formats"),
    [(["d/a.txt"], ["lines"]), (["d"], ["text", "text", "lines"]), (["d/*.txt"], ["text", "text"]),
     (["d/a*.txt"], ["lines"]), (["d/a.txt", "-"], ["lines", None]), (["d/a.txt", "d/b.txt.gz"], ["text", "text"]),
     (["d/a.txt", "d/c.lines"], ["text", "lines"])],
)  # fmt: skip
def test_a_txt_file_is_lines_alone_and_one_text_among_others(file, tmp_path, monkeypatch, words, formats):
    for name in ("a.txt", "b.txt.gz", "b.txt", "c.lines"):
        file(f"d/{name}", "")
    (tmp_path / "d/b.txt.gz").rename(tmp_path / "b.txt.gz") if "d/b.txt.gz" not in words else None
    monkeypatch.chdir(tmp_path)

    assert [source.format for source in find_sources(words)] == formats


def test_a_directory_that_contains_itself_is_walked_once(file, tmp_path):
    path = file("data/a.txt", "")
    (tmp_path / "data/loop").symlink_to(tmp_path / "data")

    assert names(tmp_path / "data") == [str(path)]


def test_links_out_of_a_directory_are_left_out_and_told_and_those_within_it_are_read(file, tmp_path):
    file("keys/id.txt", "-----BEGIN PRIVATE KEY-----")
    within, folder, said = file("data/deep/a.txt", ""), tmp_path / "data", []
    (folder / "b.txt").symlink_to(within)
    (folder / "deep" / "c.txt").symlink_to("../../keys/id.txt")
    (folder / "d.txt").symlink_to("/proc/self/environ")
    (tmp_path / "other").symlink_to(folder)

    assert [source.name for source in find_sources([str(folder)], said.append)] == [
        f"{folder}/b.txt", f"{folder}/deep/a.txt",
    ]  # fmt: skip
    assert said == [
        f"{folder}: {folder}/d.txt and 1 more left out, as a link out of that directory: to read it, name it"
    ]
    assert names(tmp_path / "other") == [f"{tmp_path}/other/b.txt", f"{tmp_path}/other/deep/a.txt"]
    assert names(folder / "deep" / "c.txt") == [f"{folder}/deep/c.txt"]


def test_a_directory_of_nothing_but_links_out_of_it_says_so(file, tmp_path):
    file("data/.keep", "")
    (tmp_path / "data" / "a.txt").symlink_to(file("elsewhere.txt", ""))

    with pytest.raises(
        InputError, match=r"no file that scrimp reads: .*a\.txt left out, as a link out of that directory"
    ):
        names(tmp_path / "data")


def test_a_directory_without_inputs_lists_the_known_extensions(file, tmp_path):
    file("data/c.png", "")

    with pytest.raises(InputError, match=r"data contains no file that scrimp reads \(only 1 \.png\): .* \.jsonl, "):
        find_sources([str(tmp_path / "data")])


def test_a_pattern_the_shell_left_alone_is_expanded_in_order(file, tmp_path):
    b, a, c = file("b.jsonl", ""), file("a.jsonl", ""), file("deep/er/c.jsonl", "")

    assert names(tmp_path / "*.jsonl") == [str(a), str(b)]
    assert names(tmp_path / "**" / "c.jsonl") == [str(c)]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(file):
    path = file("a[1].txt", "")
    file("a1.txt", "")

    assert names(path) == [str(path)]


def test_a_pattern_that_matches_nothing_is_an_error(tmp_path):
    with pytest.raises(InputError, match="matches no file: check the pattern"):
        find_sources([f"{tmp_path}/*.jsonl"])


def test_a_misspelled_name_is_answered_with_the_closest_one(file, tmp_path, monkeypatch):
    file("tickets.jsonl", "")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(InputError, match=r"^tikets\.jsonl does not exist: did you mean tickets\.jsonl\?"):
        find_sources(["tikets.jsonl"])


def test_a_file_in_a_folder_whose_name_is_a_sentence_is_not_a_prompt(file):
    there = file("all of our tickets/tickets.jsonl", "")

    with pytest.raises(InputError, match=r"did you mean .*/all of our tickets/tickets\.jsonl\?"):
        find_sources([str(there.with_name("tikets.jsonl"))])
    with pytest.raises(InputError, match="matches no file: check the pattern"):
        find_sources([str(there.with_name("*.csv"))])
    with pytest.raises(InputError, match=r"does not exist: there is no directory .*/all of our tickets/none"):
        find_sources([str(there.with_name("none") / "a.txt")])


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(InputError, match=rf"does not exist: there is no directory {tmp_path}/none"):
        find_sources([f"{tmp_path}/none/a.txt"])


def test_a_missing_name_is_an_error_before_any_other_input_is_read(file, tmp_path):
    with pytest.raises(InputError, match="does not exist: check the name, or use - for stdin"):
        find_sources([str(file("a.txt", "")), f"{tmp_path}/qqqqqqqqqqqq"])


@pytest.mark.parametrize("word", ["Say hello to me", "What is 2 plus 2?", "word " * 2000])
def test_a_prompt_where_a_file_should_be_is_sent_to_ask(word):
    with pytest.raises(InputError, match="if this is a prompt, use `scrimp ask`"):
        find_sources([word])


def test_an_unset_variable_does_not_read_the_working_directory():
    with pytest.raises(InputError, match="an input is an empty string"):
        find_sources([""])


def test_stdin_is_named_once():
    with pytest.raises(InputError, match="given twice"):
        find_sources(["-", "-"])


def test_a_name_that_is_not_utf8_can_still_be_printed(tmp_path):
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")
    with open(name, "wb"):
        pass

    (source,) = find_sources([os.fsdecode(name)])

    assert source.name.endswith("caf\ufffd.txt")
    assert source.path.exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.jsonl", "jsonl"), ("a.NDJSON", "jsonl"), ("a.csv.gz", "csv"), ("a.tsv", "tsv"), ("a.json", "json"),
     ("a.txt", "lines"), ("a.lines", "lines"), ("a.md", "text"), ("a.py", "text"), ("README", "text")],
)  # fmt: skip
def test_a_file_goes_by_its_extension(file, name, expected):
    (source,) = find_sources([str(file(name, ""))])

    assert source.format == expected


def test_the_format_of_a_pipe_without_an_extension_is_detected(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    (source,) = find_sources([str(tmp_path / "pipe")])

    assert source.format is None


def test_stdin_and_pipes_are_streams_and_files_are_not(file, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    path = file("a.txt", "")

    assert is_stream([str(path), "-"])
    assert is_stream([str(tmp_path / "pipe")])
    assert not is_stream([str(path), str(tmp_path), f"{tmp_path}/none", "word " * 2000])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_a_file_in_a_directory_is_an_input_by_the_path_of_a_mount_too(file, tmp_path):
    file("in/a.jsonl", "{}")
    file("in/sub/b.jsonl", "{}")
    (tmp_path / "mounted").mkdir()
    if subprocess.run(["mount", "--bind", tmp_path / "in", tmp_path / "mounted"], check=False).returncode:
        pytest.skip("this root must not mount")
    try:
        inputs = InputFiles([str(tmp_path / "in")])
        for name in ("mounted/a.jsonl", "mounted/new.jsonl", "mounted/sub/new.csv", "in/sub/new.csv"):
            assert inputs.includes(tmp_path / name), name
        for name in ("new.jsonl", "mounted/new.exe", "none/at/all.jsonl"):
            assert not inputs.includes(tmp_path / name), name
    finally:
        subprocess.run(["umount", tmp_path / "mounted"], check=True)
