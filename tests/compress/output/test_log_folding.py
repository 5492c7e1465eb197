from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.output.log_folding import fold_log, reports_problem, source_line_count

lines = st.lists(
    st.sampled_from(
        ["2026-01-02T03:04:05Z INFO heartbeat ok queue_depth=25",
         "2026-01-02T03:04:06Z INFO heartbeat ok queue_depth=7",
         "GET /api/v1/users/351 200 898ms id=f66149a66dfc", "GET /api/v1/users/9 500 8ms id=f66149a66dfd",
         "2026-01-02 ERROR disk 7 is full", "Traceback (most recent call last):", '  File "x.py", line 3, in f',
         "    f()", "KeyError: 4", "", "```", "job 1 done after 4 seconds", "job 2 done after 5 seconds"]
    ),
    max_size=80,
).map("\n".join)  # fmt: skip
texts = st.one_of(st.text(st.characters()), lines, lines)


@given(texts)
def test_folded_and_kept_lines_add_up_to_the_source(text: str) -> None:
    after = fold_log(text)

    assert after == text or source_line_count(after) == text.count("\n") + 1


@given(texts)
def test_folding_never_makes_a_text_longer_and_is_done_after_once(text: str) -> None:
    once = fold_log(text)

    assert len(once) <= len(text)
    assert fold_log(once) == once


@given(texts)
def test_every_line_that_tells_of_trouble_is_kept_in_order(text: str) -> None:
    kept = [line for line in fold_log(text).split("\n") if reports_problem(line)]

    assert kept == [line for line in text.split("\n") if reports_problem(line)]


def test_lines_that_differ_in_numbers_fold_to_the_first_and_a_count() -> None:
    text = "\n".join(f"2026-01-02T03:04:{n:02}Z heartbeat from worker-{n} ok, depth={n * 7}" for n in range(39))

    assert fold_log(text).split("\n") == [
        text.split("\n")[0],
        "[38 more lines like this, source lines 2-39; the source is intact]",
    ]


def test_the_note_that_the_source_is_intact_is_said_once() -> None:
    text = "\n".join(f"heartbeat from worker {n} is ok\nconnection pool of size {n} in use\n" for n in range(30))

    assert fold_log(text).count("the source is intact") == 1


def test_line_numbers_count_from_where_the_log_begins() -> None:
    text = "\n".join(f"heartbeat from worker {n} is ok, as ever" for n in range(5))

    assert "source lines 2-5" in fold_log(text)


@pytest.mark.parametrize(
    "word",
    ["error", "ERROR", "Warning", "FATAL", "critical", "ValueException", "traceback", "panic:", "failed", "FAIL"],
)
def test_trouble_in_any_case_is_never_folded(word: str) -> None:
    text = "\n".join(f"job {n} {word} after {n} seconds of waiting" for n in range(20))

    assert fold_log(text) == text


def test_all_lines_of_a_traceback_are_kept() -> None:
    trace = "Traceback (most recent call last):\n" + '  File "x.py", line 3, in f\n    f()\n' * 5 + "KeyError: 4"
    noise = "\n".join(f"heartbeat from worker {n} is ok, as ever" for n in range(9))

    assert trace in fold_log(f"{noise}\n{trace}\n{noise}")


def test_another_status_is_another_shape() -> None:
    text = "\n".join(f"GET /users/{n} {500 if n == 7 else 200} {n}ms and some more words" for n in range(20))

    assert "GET /users/7 500 7ms" in fold_log(text)


def test_lines_that_differ_in_a_word_are_kept() -> None:
    text = "\n".join(f"unpacked the package {name} at last" for name in ("alpha", "beta", "gamma", "delta", "eta"))

    assert fold_log(text) == text


def test_long_lines_and_a_million_lines_are_no_trap() -> None:
    for text in ("1" * 1_000_000, "a" * 1_000_000 + "g", "1-" * 500_000, "GET " * 250_000, "code " * 200_000):
        assert fold_log(text) == text
    assert source_line_count(fold_log("tick 1 of the clock\n" * 100_000)) == 100_001
