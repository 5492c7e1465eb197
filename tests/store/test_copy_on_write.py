"""A disk that copies on write: what is reserved there is worth little, and what was paid for is kept all the same."""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from outcomes import answer, entry
from scrimp.errors import DiskFullError, StoreError
from scrimp.store.cache import SqliteCache
from scrimp.store.encoding.journal_records import SettledRow, decode_records
from scrimp.store.free_space import copies_on_write, overwrites_in_place, read_mounts
from scrimp.store.journal import Journal
from scrimp.store.ledger import Ledger
from scrimp.store.writer import Write, Writer

MOUNTS = r"""22 1 253:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:40 /@home /home rw - btrfs /dev/sdb rw,subvol=/@home
31 30 0:41 / /home/me/in\040RAM rw - tmpfs tmpfs rw
32 22 0:42 / /pool rw master:2 - zfs pool rw
33 22 0:43 / /over rw - btrfs /dev/sdc rw
34 22 0:44 / /over rw - xfs /dev/sdd rw
"""


@pytest.mark.parametrize(
    ("folder", "copies"),
    [
        ("/", False), ("/var/lib", False), ("/home", True), ("/home/me/x", True), ("/homeless", False),
        ("/home/me/in RAM/x", False), ("/pool/a/b", True), ("/over/x", False),
    ],
)  # fmt: skip
def test_the_mount_that_holds_a_folder_says_whether_it_copies(folder: str, copies: bool) -> None:
    assert copies_on_write(Path(folder), lambda: MOUNTS) is copies


def test_a_link_leads_to_the_mount_of_its_target_and_no_list_of_mounts_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/pool")

    assert copies_on_write(tmp_path / "link" / "x", lambda: MOUNTS)
    assert not copies_on_write(Path("/pool"), lambda: "")
    assert sys.platform != "linux" or " / " in read_mounts()


@pytest.mark.parametrize(
    ("folder", "overwrites"),
    [("/var/lib", True), ("/over/x", True), ("/home/me/in RAM/x", True), ("/home/me", False), ("/pool", False)],
)
def test_what_has_its_space_is_overwritten_only_where_that_is_known(folder: str, overwrites: bool) -> None:
    assert overwrites_in_place(Path(folder), lambda: MOUNTS) is overwrites
    assert not overwrites_in_place(Path(folder), lambda: "")
    assert not overwrites_in_place(Path(folder), lambda: "22 1 0:9 / / rw - overlay overlay rw\n")


def journal(folder: Path, kind: str, free: int) -> Journal:
    """A journal on such a file system, with so many bytes left."""
    told = os.statvfs_result((4096, 4096, 1 << 30, free // 4096, free // 4096, 0, 0, 0, 0, 255))
    return Journal(folder, "r", statvfs=lambda _: told, mounts=lambda: f"1 0 0:1 / / rw - {kind} x rw\n")


@pytest.mark.parametrize("kind", ["btrfs", "zfs", "bcachefs"])
def test_where_a_reserve_is_worth_nothing_no_call_is_made_without_free_space(tmp_path: Path, kind: str) -> None:
    ours = journal(tmp_path, kind, 63_000_000)
    with pytest.raises(DiskFullError, match=r"only 63 MB left.* copies on write.*free some space"):
        ours.record_begun(entry())
    ours.close()

    assert list(tmp_path.iterdir()) == []
    journal(tmp_path, kind, 70_000_000).record_begun(entry())


def test_what_calls_in_flight_may_need_is_left_to_them(tmp_path: Path) -> None:
    ours = journal(tmp_path, "btrfs", 64_000_000 + 256 * 4096)
    for number in range(256):
        ours.record_begun(replace(entry(), call=f"c{number}"))
    with pytest.raises(DiskFullError):
        ours.record_begun(replace(entry(), call="one too many"))
    ours.record_settled([replace(entry(), call="c0")], time=1.0, completion=None)
    ours.record_begun(replace(entry(), call="in its place"))
    ours.close()


@pytest.mark.parametrize("free", [0, 1_000_000])  # root has more than what is free
def test_elsewhere_what_is_reserved_is_enough(tmp_path: Path, free: int) -> None:
    journal(tmp_path, "ext4", free).record_begun(entry())


def test_a_store_is_not_touched_where_nothing_must_be_written(tmp_path: Path) -> None:
    said: queue.SimpleQueue[StoreError | None] = queue.SimpleQueue()
    writer = Writer(
        lambda: SqliteCache(tmp_path / "cache.db"), lambda: Ledger(tmp_path / "ledger.db"), run="r",
        on_commit=lambda _, error: said.put(error), check=journal(tmp_path, "btrfs", 1_000_000).check_free_space,
    )  # fmt: skip
    writer.write(Write(entries=(entry(),), completion=(b"k" * 32, answer("x"))))
    writer.close()

    assert isinstance(said.get(timeout=100), DiskFullError)
    assert list(tmp_path.iterdir()) == []


FILLED = """
import os, sys
from pathlib import Path
import msgspec
from scrimp.store.journal import Journal
from scrimp.values import Answer, Entry
folder = Path(sys.argv[1])
journal = Journal(folder, "r", mounts=lambda: "")  # there was enough when the calls were made
call = msgspec.json.decode(sys.argv[2], type=Entry)
entries = [msgspec.structs.replace(call, call=str(number)) for number in range(40)]
for entry in entries:
    journal.record_begun(entry)
for path in folder.glob("in-flight-*"):
    with path.open("rb") as written:
        os.fsync(written)  # from here on a change is a copy
with open(folder / "others", "wb", buffering=0) as others:
    for size in (1 << 20, 1 << 12, 1 << 9):
        try:
            while True:
                others.write(os.urandom(size))
        except OSError as error:
            full = error
print(full.strerror, flush=True)
for entry in entries:
    kept = Answer(output="x" * 3000, model="m", provider="p", finish_reason="stop")
    journal.record_settled([entry], time=1.0, completion=(b"k" * 32, kept))
"""
MOUNT = 'truncate -s 32M "$1" && mkfs.btrfs -q -M "$1" >&2 && mount -o loop "$1" "$2" && shift 2 && "$@"'


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mkfs.btrfs"), reason="needs root and mkfs.btrfs")
def test_on_a_full_disk_of_btrfs_what_is_in_flight_is_kept(tmp_path: Path) -> None:
    folder, copy = tmp_path / "home", tmp_path / "copy"
    folder.mkdir()
    copy.mkdir()
    script = 'set -e; "$@"; cp "$HOME"/in-flight-*.jsonl "$KEPT"'
    words = [sys.executable, "-c", FILLED, str(folder), msgspec.json.encode(entry()).decode()]
    ran = subprocess.run(
        ["unshare", "-m", "sh", "-c", MOUNT, "-", tmp_path / "image", folder, "sh", "-c", script, "-", *words],
        capture_output=True, text=True, check=False, env={**os.environ, "HOME": str(folder), "KEPT": str(copy)},
    )  # fmt: skip
    if "mount:" in ran.stderr or "unshare:" in ran.stderr or "ERROR" in ran.stderr:
        pytest.skip(f"btrfs cannot be mounted here: {ran.stderr.strip()}")

    assert (ran.returncode, ran.stdout) == (0, "No space left on device\n"), ran.stderr
    found = [decode_records(path.read_bytes()) for path in copy.iterdir()]
    assert sum(isinstance(record, SettledRow) for records, _ in found for record in records) == 40
    assert not any(unreadable for _, unreadable in found)
