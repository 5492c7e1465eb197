from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrimp.compress import compress
from scrimp.compress.checks.unfolded import unfold_log
from scrimp.compress.output.log_folding import LEGEND, fold_log

number = st.integers(0, 10**6)
# Forms of lines as programs write them, with what may differ in them.
FORMS = (
    "2026-01-{:02d}T03:04:{:02d}Z INFO worker {} took job {}", "GET /api/v1/users/{} 200 {}ms id=f66149{:x} {}",
    '10.0.{}.{} - - [20/Nov/2026:08:{:02d}:06 +0000] "GET /x?page={} HTTP/1.1" 200 17',
    "Nov {} 08:00:{} host sshd[{}]: ok {}",
    "level=info ts={}.{} msg=sent url=https://a.example/b/{}?c={} not=late", "{} of {}: {},{} bytes",
    "2026-01-02 10:00:{:02d},{:03d} [main] DEBUG c.e.App - total 1,{:03d}.{} EUR", "{}{{}}{}|{}|{}",
    "2026-01-02 ERROR disk {} is full {} {} {}", "    at x.y(Z.java:{}) {} {} {}", "#{} {} {} {}", "tick of the clock",
)  # fmt: skip
logged = st.builds(str.format, st.sampled_from(FORMS), number, number, number, number)
odd = st.sampled_from(["", "```", "KeyError: 4", "Traceback (most recent call last):", '  File "x.py", line 3', LEGEND])
texts = st.lists(st.one_of(logged, logged, logged, odd), max_size=60).map("\n".join)


def log(*names: str, form: str = "2026-11-25 10:00:{:02d} INFO user {} read page {}") -> str:
    return "\n".join(form.format(n, name, n * 7) for n, name in enumerate(names))


TROUBLE = re.compile(
    "(?i)err(or|no)|warn|fatal|critical|exception|traceback|panic|fail|abort|denied|refused|killed|severe"
)


@pytest.mark.parametrize("told", [True, False])
def test_the_commits_of_a_repository_are_folded_too(*, told: bool) -> None:
    commits = "\n".join(
        f"commit {7**n:040x}\nAuthor: Ann Day <ann@a.example>\nDate:   Mon Nov {n} 08:00:00 2026 +0000\n\n"
        f"    Mend the {thing} that {thing}s of others lean on\n"
        for n, thing in enumerate(["pump", "gate", "hinge", "valve", "crane", "winch", "lamp"] * 4, 1)
    )
    before = "Here is what came in.\n\n"
    left = compress(
        f"{before}{commits}\nWho wrote most of it?",
        "tidy",
        told=[(len(before), len(before + commits))] if told else (),
    ).text

    assert LEGEND in left
    assert len(left) < 0.8 * len(before + commits)


@given(st.one_of(st.text(), texts))
def test_a_folded_log_unfolds_to_the_same_bytes(text: str) -> None:
    after = fold_log(text)

    assert after == text or (len(after) < len(text) and unfold_log(after) == text)


@given(texts)
def test_folding_is_done_after_once(text: str) -> None:
    once = fold_log(text)

    assert fold_log(once) == once


@given(texts)
def test_every_word_with_a_digit_and_every_link_is_written_somewhere(text: str) -> None:
    after = fold_log(text)

    for word in re.findall(r"https?://\S+|\d\d:\d\d:\d\d|\w*\d[\w.]*", text):
        assert word in after


@given(texts)
def test_every_line_that_tells_of_trouble_is_kept_in_order(text: str) -> None:
    before, after = (list(filter(TROUBLE.search, each.split("\n"))) for each in (text, fold_log(text)))

    assert after == before


def test_a_form_is_written_with_its_count_and_each_line_as_what_differs() -> None:
    lines = log(*"abcd").split("\n")
    trouble = "2026-11-25 10:00:09 ERROR user c: connection refused"

    assert fold_log("\n".join([*lines[:3], trouble, lines[3]] * 2)).split("\n") == [
        LEGEND,
        "#1 (8 lines) = 2026-11-25 {} INFO user {} read page {}",
        "#1 10:00:00 a 0 | 10:00:01 b 7 | 10:00:02 c 14",
        trouble,
        "#1 10:00:03 d 21 | 10:00:00 a 0 | 10:00:01 b 7 | 10:00:02 c 14",
        trouble,
        "#1 10:00:03 d 21",
    ]


def test_words_that_many_lines_share_make_a_form_and_rare_ones_are_values() -> None:
    names = [f"{kind}-{chr(97 + n)}" for n in range(20) for kind in ("user", "agent")]
    after = fold_log(log(*names, form="{:02d} the {} was let in through gate {} of the north wing by the keeper"))

    assert "{} the {} was let in through gate {} of the north wing by the keeper" in after
    assert all(name in after for name in names)


def test_equal_lines_among_others_are_rows_without_values() -> None:
    after = fold_log("the pump is running as it should, and all is well\nuser left\n" * 9)

    assert "#1 (9 lines) = the pump is running as it should, and all is well" in after
    assert after.count("\n#1\n") == 9


@pytest.mark.parametrize(
    "word",
    ["error", "ERROR", "Warning", "FATAL", "critical", "ValueException", "traceback", "panic:", "failed", "FAIL"],
)
def test_trouble_in_any_case_is_never_folded(word: str) -> None:
    text = "\n".join(f"job {n} {word} after {n} seconds of waiting" for n in range(40))

    assert fold_log(text) == text


def test_all_lines_of_a_traceback_are_kept() -> None:
    trace = "Traceback (most recent call last):\n" + '  File "x.py", line 3, in f\n    f()\n' * 5 + "KeyError: 4"
    noise = "\n".join(f"heartbeat from worker {n} is ok, as ever" for n in range(29))

    assert trace in fold_log(f"{noise}\n{trace}\n{noise}")


def table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    return "\n".join("".join(map(str.ljust, row, widths)).rstrip() for row in rows)


@pytest.mark.parametrize(
    "text",
    [
        table([("NAME", "READY", "STATUS"), *((f"web-{n}", "1/1", "Running") for n in range(40))]),
        "\n".join(f"-rw-r--r-- 1 root root {n} Apr 28 2025 file{n}.py" for n in range(1000, 1040)),
        "\n".join(f"#{n} is the number of the issue that was closed" for n in range(40)),
        "\n".join(f"template {{}} number {n} of those that were found" for n in range(40)),
        log("a", "b"),
    ],
)
def test_tables_and_what_looks_folded_stay(text: str) -> None:
    assert fold_log(text) == text


def test_a_damaged_row_form_or_count_does_not_unfold() -> None:
    after = fold_log(log(*"abcdefghij"))

    for old, new in (("10 lines", "9 lines"), ("10:00:03 d 21", "10:00:03 21"), ("#1 10", "#2 10"), (LEGEND, "")):
        assert unfold_log(after.replace(old, new)) != log(*"abcdefghij")


@example("1" * 300_000)
@example("a" * 300_000 + "g")
@example("GET " * 100_000)
@example("tick 1 of the clock\n" * 30_000)
@given(st.just(""))
def test_long_lines_and_many_lines_are_no_trap(text: str) -> None:
    after = fold_log(text)

    assert after == text or unfold_log(after) == text


def test_as_many_lines_as_are_asked_for_make_a_form() -> None:
    lines = [f"2026-11-25 10:00:{at:02} INFO block {at} computed in {at * 38 % 95} ms" for at in range(20)]

    assert fold_log("\n".join(lines[:19]), least=20) == "\n".join(lines[:19])
    assert fold_log("\n".join(lines), least=20) != "\n".join(lines)


@pytest.mark.parametrize("sides", ["| {} |", "\u2502 {} \u2502", "+-{}-+"])
def test_rows_of_a_table_between_lines_stay_as_they_are(sides: str) -> None:
    rows = "\n".join(sides.format(f"order {at} | 2026-11-{at} | {7 * at} dollars") for at in range(10, 29))
    session = f"$ mysql shop < report.sql\n{rows}\n$ echo done\ndone\n"

    assert compress(session, "dense").text == session
