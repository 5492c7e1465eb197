from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest

from scrimp.errors import DiskFullError, StoreUnwritableError
from scrimp.store.files.private_file import replace_private_file


def test_a_disk_that_is_full_is_named_and_leaves_the_former_file(tmp_path: Path) -> None:
    path = tmp_path / "prices.json"
    replace_private_file(path, b"former", synced=False)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(DiskFullError, match="free some space"):
            replace_private_file(path, b"new", synced=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)

    assert path.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_another_matter(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnwritableError, match="correct its permissions"):
        replace_private_file(tmp_path / "file" / "prices.json", b"new", synced=False)
