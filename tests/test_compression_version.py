"""What was proved of one version of compression says nothing about another."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from scrimp import compress
from scrimp.compression_version import change_since, version_of

FOLDER = Path(compress.__file__).parent
MODELS = ("task/order_model.gz", "instructions/rule_model.gz")
WITHIN = ("rules.py", "task/words/english.txt", "extract/synonyms.txt.gz", *MODELS)
VOCABULARY = {"enums", "errors", "values"}  # what values are called and passed around as
BESIDE = {
    module
    for path in FOLDER.rglob("*.py")
    for module in re.findall(r"^ *from scrimp\.(\w+)", path.read_text("utf-8"), re.MULTILINE)
} - {"compress", *VOCABULARY}


@pytest.mark.parametrize("name", [*WITHIN, *(f"../{module}.py" for module in sorted(BESIDE))])
def test_the_version_changes_with_the_code_the_words_and_what_reads_them(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "compress"
    for each in (*WITHIN, *(f"../{module}.py" for module in BESIDE)):
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        (folder / each).write_text("as it was")
    before = version_of(folder)
    (folder / name).write_text("changed")

    assert version_of(folder) != before


def test_what_has_changed_since_is_told() -> None:
    installed = find_spec("wordllama") is not None
    other = version_of(FOLDER, with_vectors=not installed)

    assert change_since(other) == f"word vectors were {'installed' if installed else 'removed'}"
    assert change_since("00000000") == "scrimp's compression has changed"
