from __future__ import annotations

import itertools
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace

from command import AT_ONCE, start_at_once
from outcomes import answer
from scrimp.errors import StoreUnwritableError
from scrimp.store.encoding.journal_records import BegunCall, SettledRow, encode_record
from scrimp.store.journal import Journal
from scrimp.store.journal_recovery import LivingJournals, recover_abandoned
from scrimp.values import Entry

ENTRY = Entry(call="c", run="r", time=1.0, provider="acme", model="m", status="lost", seconds=0.0)

DIES = """
import os, signal, sys
from pathlib import Path
import msgspec
from scrimp.store.journal import Journal
from scrimp.values import Entry
journal = Journal(Path(sys.argv[1]), "r", mounts=lambda: sys.argv[3])
entry = msgspec.json.decode(sys.argv[2], type=Entry)
for number in range(5000):
    journal.record_begun(msgspec.structs.replace(entry, call=str(number)))
    if number % 2:
        journal.checkpoint([str(number)])
os.kill(os.getpid(), signal.SIGKILL)
"""


def found(folder: Path) -> list[str]:
    """The calls that processes which died have left."""
    with recover_abandoned(folder) as lines:
        return [line.entry.call for line in lines if isinstance(line, BegunCall)]


def files(folder: Path) -> list[Path]:
    return list(folder.glob("in-flight-*"))


def settled(living: LivingJournals, *rows: int) -> list[str]:
    """What journals of living processes say of these rows."""
    found = living.settled({row.to_bytes(32) for row in rows})
    return sorted(each.answer.output for each in found if each.answer is not None)


@pytest.mark.parametrize("mounts", ["1 0 0:1 / / rw - ext4 x rw\n", ""], ids=["through a map", "by writing"])
def test_what_another_process_has_answered_is_found_however_often_it_was_looked_for(
    tmp_path: Path, mounts: str
) -> None:
    living = LivingJournals(tmp_path, "own")
    own, other = (Journal(tmp_path, name, mounts=lambda: mounts) for name in ("own", "other"))
    own.record_settled((replace(ENTRY, call="own"),), time=1.0, completion=((9).to_bytes(32), answer("9")))
    for row in range(5):
        assert settled(living, row, 9) == []
        entry = replace(ENTRY, call=str(row))
        other.record_settled((entry,), time=1.0, completion=(row.to_bytes(32), answer(str(row))))
        assert settled(living, *range(row + 1)) == [str(each) for each in range(row + 1)]
    other.checkpoint(map(str, range(5)))
    other.close()

    assert settled(living, *range(5)) == []
    own.close()


def test_a_record_that_is_seen_while_it_is_being_written_is_read_again(tmp_path: Path) -> None:
    first, second = (
        encode_record(SettledRow((replace(ENTRY, call=str(row)),), 1.0, row.to_bytes(32).hex(), answer(str(row))))
        for row in (1, 2)
    )
    # Bytes that are copied need not arrive in their order: all but the last are missing, then none.
    for arrived in (*(second[:cut] for cut in range(0, len(second) - 1, 29)), second[-2:].rjust(len(second))):
        living, path = LivingJournals(tmp_path, "own"), tmp_path / "in-flight-other-1.jsonl"
        path.write_bytes((first + arrived).ljust(4096, b"\0"))
        assert settled(living, 1, 2) == ["1"]
        path.write_bytes((first + second).ljust(4096, b"\0"))

        assert settled(living, 2) == ["2"]


@pytest.mark.parametrize("mounts", ["1 0 0:1 / / rw - ext4 x rw\n", ""], ids=["through a map", "by writing"])
def test_requests_of_a_process_that_was_killed_are_found(tmp_path: Path, mounts: str) -> None:
    words = [str(tmp_path), msgspec.json.encode(ENTRY).decode(), mounts]
    killed = subprocess.run([sys.executable, "-c", DIES, *words], check=False, env=os.environ)
    left = found(tmp_path)

    assert killed.returncode == -signal.SIGKILL
    assert {str(number) for number in range(0, 5000, 2)} <= set(left)
    assert len(left) == len(set(left))
    assert files(tmp_path) == []


def test_a_process_that_lives_is_left_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    journal.record_begun(ENTRY)

    assert found(tmp_path) == []
    assert len(files(tmp_path)) == 1
    journal.close()


def test_a_turn_that_fails_leaves_the_file_for_the_next(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    journal.record_begun(ENTRY)
    journal.close()  # with a request that never came to an end
    with pytest.raises(ZeroDivisionError), recover_abandoned(tmp_path):
        raise ZeroDivisionError

    assert found(tmp_path) == ["c"]


def test_what_came_of_a_call_is_found_with_its_completion(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    journal.record_begun(ENTRY)
    journal.record_settled([ENTRY], time=7.0, completion=(b"k" * 32, answer("kept")))
    journal.close()

    with recover_abandoned(tmp_path) as lines:
        assert lines == [BegunCall(ENTRY), SettledRow((ENTRY,), 7.0, (b"k" * 32).hex(), answer("kept"))]


def test_nothing_is_left_when_all_requests_ended(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    for number in range(10_000):
        journal.record_begun(replace(ENTRY, call=str(number)))
        journal.checkpoint([str(number)])
    made = len(files(tmp_path))
    journal.close()

    assert (made, files(tmp_path)) == (1, [])


def test_a_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "home", "r")
    journal.record_begun(ENTRY)

    assert files(tmp_path / "home")[0].stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    journal.close()


@given(st.lists(st.text(max_size=400), min_size=1, max_size=20), st.integers(0, 300))
def test_a_line_that_was_cut_short_costs_itself_alone(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("home")
    entries = [replace(ENTRY, call=str(number), error=word) for number, word in enumerate(words)]
    whole = b"".join(msgspec.json.encode(BegunCall(entry)) + b"\n" for entry in entries)
    (folder / "in-flight-x-1.jsonl").write_bytes(
        whole + msgspec.json.encode(BegunCall(ENTRY))[: min(cut, 100)] + bytes(64)
    )

    assert found(folder) == [entry.call for entry in entries]


def test_a_disk_that_is_full_is_told_each_time_and_leaves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        for _ in range(2):
            with pytest.raises(StoreUnwritableError):
                journal.record_begun(ENTRY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)

    assert files(tmp_path) == []
    journal.record_begun(ENTRY)
    assert len(files(tmp_path)) == 1
    journal.checkpoint(["c"])
    journal.close()


def test_a_segment_that_is_full_is_deleted_once_its_calls_are_in_the_stores(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    large = "x" * 300_000  # three to a segment
    for number in range(10):
        journal.record_begun(replace(ENTRY, call=str(number), error=large))
    full = [path.name for path in sorted(files(tmp_path))]
    journal.checkpoint(["0", "1", "2", "4"])
    partly = [path.name for path in sorted(files(tmp_path))]
    journal.checkpoint([str(number) for number in range(10)])
    journal.close()

    assert full == [f"in-flight-r-{number}.jsonl" for number in range(1, 5)]
    assert partly == full[1:]  # the second still holds calls 3 and 5
    assert files(tmp_path) == []


def test_a_record_larger_than_a_segment_is_kept_whole(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    huge = replace(ENTRY, call="huge", error="é" * 2_000_000)
    for entry in (ENTRY, huge, replace(ENTRY, call="after")):
        journal.record_begun(entry)
    journal.close()

    with recover_abandoned(tmp_path) as records:
        assert records == [BegunCall(ENTRY), BegunCall(huge), BegunCall(replace(ENTRY, call="after"))]


def test_a_settled_row_waits_for_all_its_calls(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    pair = [replace(ENTRY, call="a"), replace(ENTRY, call="b")]
    journal.record_settled(pair, time=1.0, completion=None)
    journal.checkpoint(["a", "never heard of"])
    journal.close()

    with recover_abandoned(tmp_path) as records:
        assert records == [SettledRow(tuple(pair))]


def test_a_settled_row_outlives_the_other_calls_of_its_segment(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    first, *others = [replace(ENTRY, call=str(number), error="x" * 300_000) for number in range(8)]
    paid = replace(first, status="paid", error=None)
    for entry in (first, *others[:5]):
        journal.record_begun(entry)
    journal.record_settled([paid], time=1.0, completion=None)  # in the second segment; its beginning is in the first
    journal.checkpoint([entry.call for entry in others[:5]])
    for entry in others[5:]:  # a third segment
        journal.record_begun(entry)
    journal.close()

    with recover_abandoned(tmp_path) as records:
        assert SettledRow((paid,)) in records


def test_a_row_without_calls_is_not_recorded(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "r")
    journal.record_settled([], time=1.0, completion=(b"k" * 32, answer("from the cache")))
    journal.close()

    assert list(tmp_path.iterdir()) == []


def test_only_segments_are_read_and_deleted(tmp_path: Path) -> None:
    names = ["ledger.db", "in-flight-r-1.new", "in-flight.jsonl", "notes.jsonl"]
    for name in names:
        (tmp_path / name).write_bytes(msgspec.json.encode(BegunCall(ENTRY)) + b"\n")

    assert found(tmp_path) == []
    assert found(tmp_path / "no such folder") == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


RECOVER = f"""
from pathlib import Path
from scrimp.store.journal_recovery import recover_abandoned
{AT_ONCE}
with recover_abandoned(Path(sys.argv[1])) as records:
    print(*(record.entry.call for record in records))
"""


def test_several_that_recover_at_once_share_the_calls_and_none_gets_one_twice(tmp_path: Path) -> None:
    for name in range(20):
        journal = Journal(tmp_path, f"r{name}")
        journal.record_begun(replace(ENTRY, call=f"c{name}"))
        journal.close()
    many = start_at_once(RECOVER, str(tmp_path), many=4)
    calls = [call for process in many for call in process.communicate(timeout=100)[0].split()]

    assert sorted(calls) == sorted(f"c{name}" for name in range(20))
    assert files(tmp_path) == []


def test_who_recovers_waits_for_another_one_that_has_not_committed_yet(tmp_path: Path) -> None:
    left = Journal(tmp_path, "r")
    left.record_begun(ENTRY)
    left.close()
    waiting, order = threading.Event(), list[str]()

    def second() -> None:
        with recover_abandoned(tmp_path, sleep=lambda _: waiting.set()) as records:
            order.append(f"the second got {len(records)}")

    with recover_abandoned(tmp_path) as records:
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(timeout=100)
        order.append(f"the first got {len(records)}")
    thread.join()

    assert order == ["the first got 1", "the second got 0"]


HEADS = st.sampled_from(['"}\\n{"type":"begun"', '{"crc32":"00000000","bytes":"00000001",', '","bytes":"'])
lines = st.lists(st.text(max_size=30) | HEADS, min_size=1, max_size=8)


@settings(max_examples=150)
@given(words=lines, data=st.data())
def test_a_flipped_byte_in_a_journal_of_an_older_version_costs_the_lines_it_touches_and_no_other(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("home")
    entries = [replace(ENTRY, call=f"call {number}", error=word) for number, word in enumerate(words)]
    encoded = [msgspec.json.encode(BegunCall(entry)) + b"\n" for entry in entries]
    content = bytearray(b"".join(encoded))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.sampled_from([0, 10, 13, 34, 92, 0xC3, 0xFF]) | st.integers(0, 255))
    (folder / "in-flight-x-1.jsonl").write_bytes(content + bytes(4096))

    touched = next(n for n in range(len(encoded)) if place < len(b"".join(encoded[: n + 1])))
    both = encoded[touched].endswith(b"\n") and place == len(b"".join(encoded[: touched + 1])) - 1
    hit = {touched, touched + 1} if both else {touched}  # without its end a line runs into the next one
    with recover_abandoned(folder) as records:
        whole = [record for record in records if record in [BegunCall(entry) for entry in entries]]
        assert [each for n, each in enumerate(map(BegunCall, entries)) if n not in hit] == [
            record for record in whole if record not in [BegunCall(entries[n]) for n in hit if n < len(entries)]
        ]
        assert len(records) <= len(entries)


@st.composite
def journals(draw: st.DrawFn) -> list[BegunCall | SettledRow]:
    """Records of calls and of rows, with completions that look like parts of a journal."""
    records: list[BegunCall | SettledRow] = []
    for number, word in enumerate(draw(lines)):
        entry = replace(ENTRY, call=f"call {number}", error=word)
        records.append(BegunCall(entry))
        if draw(st.booleans()):
            like_a_record = json.loads(msgspec.json.encode({"crc32": "0" * 8, "bytes": "0" * 8, "type": word}))
            kept = replace(answer(f"{word} {number}"), parsed=like_a_record)
            records.append(SettledRow((replace(entry, status="paid"),), float(number), f"{number:064x}", kept))
    return records


def written(folder: Path, records: list[BegunCall | SettledRow]) -> bytes:
    """The bytes of a journal with these records, without its reserve."""
    journal = Journal(folder, "x")
    for record in records:
        if isinstance(record, BegunCall):
            journal.record_begun(record.entry)
        else:
            completion = None if record.answer is None else (bytes.fromhex(record.key), record.answer)
            journal.record_settled(record.entries, time=record.time, completion=completion)
    journal.close()
    (path,) = files(folder)
    content = path.read_bytes().rstrip(b"\0")
    path.unlink()
    return content


DAMAGES = st.sampled_from(["flipped", "overwritten", "removed", "added", "cut off"])


@settings(max_examples=200)
@given(records=journals(), kind=DAMAGES, data=st.data())
def test_whatever_is_damaged_costs_the_records_it_touches_and_changes_none(
    tmp_path_factory: pytest.TempPathFactory, records: list[BegunCall | SettledRow], kind: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("home")
    content = written(folder, records)
    start = data.draw(st.integers(0, len(content) - 1))
    end = start + 1 if kind == "flipped" else min(len(content), start + data.draw(st.integers(1, 400)))
    noise = data.draw(st.sampled_from([b"\0", b"\n", b'"', b"0", b"}"]) | st.binary(min_size=1, max_size=3))
    changed = {
        "flipped": noise[:1], "overwritten": (noise * 400)[: end - start], "removed": b"",
        "added": content[start:end] + noise, "cut off": None,
    }[kind]  # fmt: skip
    damaged = content[:start] if changed is None else content[:start] + changed + content[end:]
    (folder / "in-flight-x-1.jsonl").write_bytes(damaged + bytes(4096))
    said: list[int] = []
    with recover_abandoned(folder, lambda _, unreadable: said.append(unreadable)) as recovered:
        found = list(recovered)

    ends = list(itertools.accumulate(len(line) + 1 for line in content.split(b"\n")[:-1]))
    last = len(content) if changed is None else end
    untouched = [
        record
        for record, first, after in zip(records, [0, *ends[:-1]], ends, strict=True)
        if after - 1 <= start or first >= last
    ]
    missing = [record for record in records if record not in found]
    assert found == [record for record in records if record in found]
    assert all(record in found for record in untouched)
    assert said or missing == records[len(records) - len(missing) :]  # of a last one that is cut short nothing is said
    if kind == "flipped" and missing and b"\n" not in changed:
        assert said == [1]


def as_record(line: bytes) -> dict[str, Any] | None:
    """What a line holds by itself, beside its checksum and its length."""
    with suppress(ValueError):
        found: dict[str, Any] = json.loads(line)
        return {name: value for name, value in found.items() if name not in ("crc32", "bytes")}
    return None


class JournalMachine(RuleBasedStateMachine):
    """A journal beside a list of its records; a crash is a copy of its folder, which nobody has locked."""

    def __init__(self) -> None:
        super().__init__()
        self.home = TemporaryDirectory()
        self.folder = Path(self.home.name) / "live"
        self.journal = Journal(self.folder, "r")
        self.records: list[dict[str, Any]] = []
        self.pending: set[str] = set()

    def teardown(self) -> None:
        self.journal.close()
        left = {path.name for path in files(self.folder)}
        self.home.cleanup()
        assert bool(left) is bool(self.pending)

    @rule(size=st.sampled_from([0, 10, 400_000]), word=st.text(max_size=5))
    def begin(self, size: int, word: str) -> None:
        entry = replace(ENTRY, call=f"c{len(self.records)}", error=word + "x" * size)
        self.journal.record_begun(entry)
        self._note(BegunCall(entry), [entry])

    @precondition(lambda self: self.pending)
    @rule(data=st.data(), cached=st.booleans())
    def settle(self, data: st.DataObject, cached: bool) -> None:
        calls = data.draw(st.lists(st.sampled_from(sorted(self.pending)), min_size=1, max_size=2, unique=True))
        paid = [replace(ENTRY, call=call, status="paid", seconds=float(len(self.records))) for call in calls]
        kept = answer(f"to {paid[0].call}")
        self.journal.record_settled(paid, time=2.0, completion=(b"k" * 32, kept) if cached else None)
        row = SettledRow(tuple(paid), 2.0, (b"k" * 32).hex(), kept) if cached else SettledRow(tuple(paid))
        self._note(row, paid)

    @precondition(lambda self: self.pending)
    @rule(data=st.data())
    def checkpoint(self, data: st.DataObject) -> None:
        calls = data.draw(st.sets(st.sampled_from(sorted(self.pending))))
        self.journal.checkpoint(calls)
        self.pending -= calls

    @rule()
    def crash(self) -> None:
        copy = self._copy()
        with pytest.raises(ZeroDivisionError), recover_abandoned(copy):
            raise ZeroDivisionError  # a recovery that fails leaves all to the next one
        recovered = self._recover(copy)

        self._check_that_none_is_invented_or_doubled(recovered)
        assert all(record in recovered for record in self.records if self._calls(record) & self.pending)
        assert self._recover(copy) == []

    @rule(data=st.data())
    def crash_with_a_file_cut_short(self, data: st.DataObject) -> None:
        copy = self._copy()
        for path in sorted(files(copy)):
            content = path.read_bytes().rstrip(b"\0")
            cut = data.draw(st.integers(0, len(content)) | st.integers(max(0, len(content) - 600), len(content)))
            path.write_bytes(content[:cut])
        lines = [line for path in sorted(files(copy)) for line in path.read_bytes().split(b"\n")]
        whole = [record for line in lines if (record := as_record(line)) is not None]
        recovered = self._recover(copy)

        assert recovered == whole
        self._check_that_none_is_invented_or_doubled(recovered)

    @invariant()
    def files_are_there_for_what_is_pending(self) -> None:
        assert files(self.folder) or not self.pending

    def _note(self, record: BegunCall | SettledRow, entries: list[Entry]) -> None:
        self.records.append(json.loads(msgspec.json.encode(record)))
        self.pending |= {entry.call for entry in entries}

    def _check_that_none_is_invented_or_doubled(self, recovered: list[dict[str, Any]]) -> None:
        assert sorted(recovered, key=self.records.index) == [each for each in self.records if each in recovered]

    def _copy(self) -> Path:
        copy = Path(self.home.name) / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for path in files(self.folder):
            shutil.copy(path, copy)
        return copy

    @staticmethod
    def _recover(folder: Path) -> list[dict[str, Any]]:
        with recover_abandoned(folder) as records:
            return [json.loads(msgspec.json.encode(record)) for record in records]

    @staticmethod
    def _calls(record: dict[str, Any]) -> set[str]:
        entries = record["entries"] if record["type"] == "settled" else [record["entry"]]
        return {entry["call"] for entry in entries}


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(max_examples=20, stateful_step_count=20)


def test_segments_that_a_kill_left_without_a_name_are_removed_once_nobody_can_be_making_them(tmp_path: Path) -> None:
    left, young = tmp_path / "in-flight-dead-1.new", tmp_path / "in-flight-alive-1.new"
    for path in (left, young):
        path.write_bytes(bytes(4096))
    os.utime(left, (1.0, 1.0))

    assert (found(tmp_path), files(tmp_path)) == ([], [young])
