from __future__ import annotations

from pathlib import Path

from scrimp.store.files.budget_shares import BudgetShare, Sharer, settle_dead_shares

PART = Sharer("run-1-part", "run-1", "redis://host nightly")


def settled(folder: Path, budget: str = PART.budget, *, done: bool = True) -> list[Sharer]:
    found: list[Sharer] = []

    def settle(sharer: Sharer) -> bool:
        found.append(sharer)
        return done

    settle_dead_shares(folder, budget, settle)
    return found


def test_the_share_of_a_process_that_lives_is_left_alone(tmp_path: Path) -> None:
    share = BudgetShare(tmp_path, PART)
    assert settled(tmp_path) == []
    share.close(settled=True)
    assert list(tmp_path.iterdir()) == []


def test_that_of_one_that_died_is_settled_once(tmp_path: Path) -> None:
    BudgetShare(tmp_path, PART).close(settled=False)
    assert settled(tmp_path, "redis://host another") == []
    assert settled(tmp_path, done=False) == [PART]
    assert settled(tmp_path) == [PART]
    assert settled(tmp_path) == []


def test_a_file_that_cannot_be_read_stays_and_is_nobodys(tmp_path: Path) -> None:
    (tmp_path / "x.share").write_bytes(b"?")
    assert settled(tmp_path) == []
    assert (tmp_path / "x.share").exists()
