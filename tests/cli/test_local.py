"""`scrimp local`: what installations of the embedded model leave behind."""

from __future__ import annotations

import pytest

from command import Scrimp


@pytest.mark.parametrize("words", [("install", "--file", "other.gguf"), ("remove",)])
def test_what_a_killed_installation_left_is_removed(scrimp: Scrimp, words: tuple[str, ...]) -> None:
    left = scrimp.home / "models" / "scrimp-run-killed"
    left.mkdir(parents=True)
    (left / "SmolLM2-135M-Instruct.Q4_1.gguf").write_bytes(b"GG")
    scrimp.file("other.gguf", "another model")

    scrimp("local", *words)
    assert list((scrimp.home / "models").iterdir()) == []
