"""Lines of one sign repeated, as pytest, mail and Markdown draw them: no pattern may try every way to divide them."""

from __future__ import annotations

import signal

import pytest

from scrimp.compress.compressor import compress

SIGNS = "#>*_=-~+|:.[](){}<>`'\"\\/,; aA0"
LEVELS = ("lossless", "tidy", "focus", "dense")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("sign", SIGNS, ids=[f"{ord(sign):x}" for sign in SIGNS])
def test_a_line_of_repeated_signs_is_no_trap(sign: str, level: str) -> None:
    forms = (sign, f"{sign} ", f"{sign}=", f"{sign}*")
    lines = [form * 60 + end for form in forms for end in ("x", " x:", ":", " end !")]
    signal.alarm(60)  # a trap takes time without end: the alarm ends the process
    try:
        for line in lines:
            compress(f"Read this.\n\n{line}\n{line}\n\n[1, 2]\n\nWho is it?", level, keep=0.5)
    finally:
        signal.alarm(0)
