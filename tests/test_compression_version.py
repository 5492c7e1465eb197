"""What was proved of one version of compression says nothing about another."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from scrimp import compress
from scrimp.compression_version import change_since, version_of


@pytest.mark.parametrize(
    "name", ["rules.py", "task/words/english.txt", "extract/synonyms.txt.gz", "task/order_model.gz"]
)
def test_the_version_changes_with_the_code_and_with_the_words(name: str, tmp_path: Path) -> None:
    for each in ("rules.py", "task/words/english.txt", "extract/synonyms.txt.gz", "task/order_model.gz"):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text("as it was")
    before = version_of(tmp_path)
    (tmp_path / name).write_text("changed")

    assert version_of(tmp_path) != before


def test_what_has_changed_since_is_told() -> None:
    installed = find_spec("wordllama") is not None
    other = version_of(Path(compress.__file__).parent, with_vectors=not installed)

    assert change_since(other) == f"word vectors were {'installed' if installed else 'removed'}"
    assert change_since("00000000") == "scrimp's compression has changed"
