from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.render.rows.file_names import UniqueNames, safe_component, safe_part

VALUES = st.text(st.characters(exclude_categories=["Cs"])) | st.text(st.sampled_from("./\\ \0\na:é日CONcon1"))


@given(VALUES, st.sampled_from([".md", "", ".tar.gz", "-x.jsonl"]))
def test_any_value_is_one_name_on_every_system(tmp_path: Path, value: str, ending: str) -> None:
    name = safe_component(safe_part(value) + ending)

    assert PurePosixPath(name).parts == (name,)
    assert PureWindowsPath(name).parts == (name,)
    assert not PureWindowsPath(name).is_reserved()
    assert name == name.strip()
    assert not name.startswith(".")
    assert len(os.fsencode(name)) <= 230
    (tmp_path / name).write_bytes(b"x")
    assert os.listdir(tmp_path) == [name]
    (tmp_path / name).unlink()


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("t-41", "t-41.md"), ("größe 日本", "größe 日本.md"), ("../../etc/passwd", "__.._etc_passwd.md"),
        ("..", "_.md"),
        ("/abs", "_abs.md"), ("a/b", "a_b.md"), ("a\\b", "a_b.md"), ("a\0b", "a_b.md"),
        ("", "_.md"), (".hidden", "_hidden.md"),
        ("con", "_con.md"), ("NUL.txt", "_NUL.txt.md"), ("LPT1", "_LPT1.md"), ("console", "console.md"),
        ("x" * 300, "x" * 227 + ".md"), ("é" * 300, "é" * 113 + ".md"),
    ],
)  # fmt: skip
def test_a_name_stays_as_it_is_as_far_as_it_can(value: str, name: str) -> None:
    assert safe_component(f"{safe_part(value)}.md") == name


def test_equal_names_are_numbered_and_the_number_is_not_a_name_that_was_given() -> None:
    names = UniqueNames()

    given_out = [names.unique(f"d/{name}.md") for name in ("a", "a-2", "a", "A", "a", "a-2", "b", "É", "e\u0301")]
    assert given_out == [
        f"d/{name}.md" for name in ("a", "a-2", "a-3", "A-4", "a-5", "a-2-2", "b", "É", "e\u0301-2")
    ]  # fmt: skip


@given(st.lists(st.text(st.sampled_from("aA-2.é"), min_size=1), max_size=30))
def test_no_two_names_are_the_same_to_a_system_that_ignores_case(names: list[str]) -> None:
    unique = UniqueNames()
    given_out = [unique.unique(f"{name}.md") for name in names]

    assert len({name.casefold() for name in given_out}) == len(names)
