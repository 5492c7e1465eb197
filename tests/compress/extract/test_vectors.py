"""What words mean counts where the extra `vectors` is installed, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from compress.extract.focusing import by_words_alone, focus
from scrimp.compress.extract.vectors import likeness
from scrimp.compression_version import version_of

_TEXT = (
    "The lamp was old and green. The keeper drowned in the bay. A boat was painted on Monday. "
    "The cook made soup of leeks. It rained on the hills."
)
_QUESTION = "How did Olsen perish?"

# A package of the same name and shape, for which two texts are alike where both speak of death.
_FAKE = """
class Vector(tuple):
    def __matmul__(self, other):
        return sum(map(float.__mul__, self, other))

class WordLlama:
    @classmethod
    def load(cls, *, cache_dir, disable_download):
        assert disable_download and (cache_dir / "__init__.py").is_file()
        return cls()

    def embed(self, texts, norm):
        assert norm
        return [Vector((1.0, 0.0) if "perish" in text or "drown" in text else (0.0, 1.0)) for text in texts]
"""
_PROGRAM = """
import sys
from scrimp.compress import compress
from scrimp.compression_version import compression_version
print(compression_version(), compress(sys.argv[1], "focus", query=sys.argv[2], keep=0.01).text)
"""


@by_words_alone
def test_without_the_extra_nothing_is_said_of_meaning() -> None:
    assert likeness(_QUESTION, ["The keeper drowned in the bay."]) == []
    assert focus(_TEXT, _QUESTION, keep=0.01) == _TEXT  # no word of the question is there


def test_with_the_extra_the_sentence_that_means_what_is_asked_is_kept(tmp_path: Path) -> None:
    package = tmp_path / "wordllama"
    package.mkdir()
    (package / "__init__.py").write_text(_FAKE, "utf-8")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])

    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, _TEXT, _QUESTION],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    version, _, left = done.stdout.strip().partition(" ")
    assert left == "The keeper drowned in the bay."
    assert version != version_of(Path(likeness.__code__.co_filename).parent.parent)


def test_vectors_that_do_not_load_are_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "wordllama.py").write_text("import no_such_library\n", "utf-8")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "PYTHONPATH": path, "SCRIMP_HOME": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-m", "scrimp", *words],
            env=env, input=_TEXT, capture_output=True, text=True, check=False,
        )  # fmt: skip

    compressed, examined = run("compress", "--level", "focus", "--query", _QUESTION), run("doctor")

    why = "do not load (No module named 'no_such_library'): pip uninstall wordllama, or install it anew"
    assert (compressed.returncode, compressed.stdout, compressed.stderr) == (2, "", f"scrimp: word vectors {why}\n")
    assert f"broken word vectors: {why}\n" in examined.stdout


def test_the_words_of_the_extra_lie_near_each_other() -> None:
    pytest.importorskip("wordllama", reason="the extra `vectors` is not installed")

    near, far = likeness("Who is the physician?", ["The doctor came at noon.", "The bridge has four arches."])

    assert near > far
    assert likeness("\ud800?", ["\ud800 a"]) != []
    assert likeness("", ["The bridge has four arches."]) != []
