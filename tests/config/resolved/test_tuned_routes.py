from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest
from msgspec.structs import replace

from scrimp.config.resolved.tuned_routes import TunedRoute, load_tuned, save_tuned, undo_tuned, update_tuned
from scrimp.enums import PolicySignal, Signal
from scrimp.errors import ConfigError, UsageError

ROUTE = TunedRoute(
    signature="triage", steps=("a/small", "b/small", "c/large"), signal="agreement", policy="a/small and b/small agree",
    flagship="c/large", target=0.95, risk=0.05, bound=0.961, pairs=212, below=0.8, saved=0.58,
    certified="2026-11-09T14:03:21Z",
)  # fmt: skip
OTHER = replace(ROUTE, signature="other", pairs=100)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "tuned.toml"


def test_routes_come_back_as_they_were_written(path: Path) -> None:
    save_tuned(path, [ROUTE, OTHER])

    assert load_tuned(path) == (ROUTE, OTHER)
    assert ROUTE.day == "2026-11-09"


def test_the_signals_of_tuned_routes_are_signals_of_chains() -> None:
    assert set(get_args(PolicySignal)) < set(get_args(Signal))


def test_without_a_file_there_are_no_routes(path: Path) -> None:
    assert load_tuned(path) == ()


def test_a_second_undo_redoes(path: Path) -> None:
    save_tuned(path, [ROUTE])
    save_tuned(path, [ROUTE, OTHER])

    assert (undo_tuned(path), load_tuned(path)) == (1, (ROUTE,))
    assert (undo_tuned(path), load_tuned(path)) == (2, (ROUTE, OTHER))


def test_undoing_the_first_save_deletes_the_file(path: Path) -> None:
    save_tuned(path, [ROUTE])

    assert (undo_tuned(path), path.exists()) == (0, False)
    assert (undo_tuned(path), load_tuned(path)) == (1, (ROUTE,))


def test_an_update_is_not_undone_on_its_own(path: Path) -> None:
    save_tuned(path, [OTHER])
    save_tuned(path, [ROUTE])
    update_tuned(path, [replace(ROUTE, drift="0 % of 60 rows")])

    assert load_tuned(path)[0].drift == "0 % of 60 rows"
    undo_tuned(path)
    assert load_tuned(path) == (OTHER,)


def test_only_the_owner_can_read_the_files(path: Path) -> None:
    before = os.umask(0)
    try:
        save_tuned(path, [ROUTE])
    finally:
        os.umask(before)

    assert {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {
        "tuned.toml": 0o600,
        "tuned.before.toml": 0o600,
    }


def test_undo_before_any_save_is_an_error(path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to undo"):
        undo_tuned(path)


@pytest.mark.parametrize("text", ["routes = 3", "[[routes]]\nsignature = 'x'", "[[", "rotues = []"])
def test_a_damaged_file_is_an_error_that_names_undo(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=r"tuned\.toml: .*--undo"):
        load_tuned(path)


def test_a_file_that_cannot_be_read_is_an_error(path: Path) -> None:
    path.mkdir(parents=True)

    with pytest.raises(ConfigError, match=r"tuned\.toml cannot be read"):
        save_tuned(path, [ROUTE])


def test_a_file_that_cannot_be_written_is_an_error(path: Path) -> None:
    path.with_name("tuned.before.toml").mkdir(parents=True)

    with pytest.raises(ConfigError, match=r"tuned\.before\.toml cannot be written"):
        save_tuned(path, [ROUTE])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bound", "nan"), ("bound", "inf"), ("bound", "1e308"), ("below", "nan"), ("below", "-0.1"), ("target", "1.5"),
        ("risk", "nan"), ("saved", "inf"), ("min_confidence", "5.0"), ("pairs", "-5"), ("pairs", "9223372036854775807"),
        ("compared", "-1"), ("unread", "nan"),
    ],
)  # fmt: skip
def test_evidence_that_cannot_be_is_not_taken_for_a_certificate(path: Path, field: str, value: str) -> None:
    """Of a share that is not a number no drift could be seen."""
    save_tuned(path, [ROUTE])
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith(f"{field} =")]
    path.write_text("\n".join([*lines, f"{field} = {value}"]), encoding="utf-8")

    with pytest.raises(ConfigError, match=rf"tuned.toml: Expected .*{field}"):
        load_tuned(path)
