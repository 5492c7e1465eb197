"""Claims between processes: forked children claim, hold and die."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from scrimp.store.claims import Claims

KEYS = [hashlib.sha256(str(number).encode()).digest() for number in range(200)]


def holds(folder: Path, claim: list[bytes], then: Callable[[Claims], None] = lambda _: None) -> tuple[int, int]:
    """Fork a process that claims keys, does something, and lives until it is killed; return its pid and a pipe."""
    ready, told = os.pipe()
    pid = os.fork()
    if not pid:
        claims = Claims(folder, print)
        claims.claim(claim)
        then(claims)
        os.write(told, b"!")
        signal.pause()
    os.close(told)
    os.read(ready, 1)
    os.close(ready)
    return pid, ready


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_what_one_process_has_claimed_another_cannot_until_it_is_dead(tmp_path: Path) -> None:
    pid, _ = holds(tmp_path / "claims", KEYS[:100])
    mine = Claims(tmp_path / "claims", print)
    try:
        assert mine.claim(KEYS) == set(KEYS[:100])
    finally:
        kill(pid)
    assert mine.claim(KEYS) == set()
    mine.close()


def test_keys_that_differ_in_one_byte_of_their_first_seven_do_not_hinder_each_other(tmp_path: Path) -> None:
    key = KEYS[0]
    others = [key[:at] + bytes([key[at] ^ 0x80]) + key[at + 1 :] for at in range(7)]
    pid, _ = holds(tmp_path / "claims", [key])
    mine = Claims(tmp_path / "claims", print)
    try:
        assert mine.claim([key, *others]) == {key}
    finally:
        kill(pid)
        mine.close()


def test_a_claim_that_is_let_go_of_is_free_and_the_others_are_not(tmp_path: Path) -> None:
    pid, _ = holds(tmp_path / "claims", KEYS, lambda claims: claims.release(KEYS[:50]))
    mine = Claims(tmp_path / "claims", print)
    try:
        assert mine.claim(KEYS) == set(KEYS[50:])
    finally:
        kill(pid)
        mine.close()


def test_only_the_owner_may_look_into_the_folder(tmp_path: Path) -> None:
    claims = Claims(tmp_path / "claims", print)
    claims.claim(KEYS[:1])
    claims.close()

    assert stat.S_IMODE((tmp_path / "claims").stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "claims").iterdir()} == {0o600}


def test_where_nothing_can_be_locked_everything_is_free_and_one_warning_says_so(tmp_path: Path) -> None:
    (tmp_path / "claims").write_text("a file where the folder should be")
    warnings: list[str] = []
    claims = Claims(tmp_path / "claims", warnings.append)

    assert claims.claim(KEYS) == set()
    claims.release(KEYS)
    assert len(warnings) == 1
    assert "pay for the same row" in warnings[0]


@pytest.mark.parametrize("number", [0, 199])
def test_a_released_key_that_was_never_claimed_is_not_an_error(tmp_path: Path, number: int) -> None:
    claims = Claims(tmp_path / "claims", print)
    claims.release(KEYS[number:])
    assert claims.claim(KEYS) == set()
    claims.release(KEYS)
    claims.close()
