from __future__ import annotations

import io
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.errors import InputError
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts
from scrimp.values import Prompt


def read(data, **options):
    return list(prompts(["-"], ReadOptions(**options), warn=lambda _: None, stdin=io.BytesIO(data)))


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.text(), _VALUES, max_size=4), min_size=1, max_size=4), st.booleans())
def test_any_row_of_json_survives(rows, escaped):
    rows = [{**row, "prompt field": f"p{number}"} for number, row in enumerate(rows)]
    lines = [json.dumps(row, ensure_ascii=escaped).encode() for row in rows]

    by_line = read(b"\n".join(lines), format="jsonl", prompt_field="prompt field")
    as_array = read(b"[" + b",".join(lines) + b"]", format="json", prompt_field="prompt field")

    assert [json.loads(msgspec.json.encode(prompt.row)) for prompt in by_line] == rows
    assert by_line == as_array


# What readers trip over, put together at random.
_ALMOST = st.lists(
    st.sampled_from([
        b"{", b"}", b"[", b"]", b'"', b":", b",", b"\n", b"\r", b"\0", b" ", b"\t", b";", b"\\u", b"\\", b"1", b"e9",
        b"null", b'{"text":"a"}', b'{"text":', b'{"messages":[{"role":"user","content":', b'"messages"', b"\xff\xfe",
        b"\xef\xbb\xbf", b"\x1f\x8b", b"\xe9", b"\xed\xa0\x80", b"\xc3\xa9", b"\xc2\x85",
    ])
).map(b"".join)  # fmt: skip


_ENCODINGS = st.sampled_from([None, None, "utf-8-sig", "cp1252", "utf-16", "utf-32", "utf-7", "iso2022_jp", "gb18030"])


@pytest.mark.parametrize("format_name", ["auto", "jsonl", "csv", "tsv", "json", "lines", "text"])
@given(
    data=st.binary() | _ALMOST,
    template=st.sampled_from([None, "{text}", "{a.b}{{"]),
    nul=st.booleans(),
    encoding=_ENCODINGS,
)
def test_any_bytes_are_prompts_or_a_sentence(format_name, data, template, nul, encoding):
    try:
        found = read(data, format=format_name, template=template, nul=nul, encoding=encoding)
    except InputError as error:
        assert str(error)  # noqa: PT017 - either is fine, any other exception is not
        return

    assert all(isinstance(prompt, Prompt) and prompt.text.encode() is not None for prompt in found)
