from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress.zones.enclosure import Enclosures, yaml_texts

LINES = [
    "a: |", "  b: >-", "- |", "  text", "key:", "  key:", "    key:  # why", "- k: |+", "? |", 'a: "b', "b: 'it",
    '  c"', "  it'", "- \"d", "", " ", "\ttext", "a: \"b\" # c", "text", "...", "  - x: &a !b |2",
]  # fmt: skip
ENDS = st.sampled_from(["\n", "\r\n"])


@given(st.lists(st.sampled_from(LINES), max_size=6), st.lists(st.sampled_from(LINES), max_size=4), ENDS)
def test_json_at_the_margin_is_in_no_text_of_yaml(before: list[str], after: list[str], end: str) -> None:
    document = '{"a": 1,\n  "b": [\n2]}\n'
    start = "".join(line + end for line in before)
    text = start + document + "".join(line + end for line in after)

    assert not Enclosures(yaml_texts(text)).around(len(start), len(start) + len(document))


def test_an_indented_block_is_found_with_and_without_its_bar() -> None:
    for header in ("  key:", "  key: |", "- key: >-"):
        text = f"a:\n{header}\n      [1,\n      2]\nb: c\n"
        start = text.index("      [")

        assert Enclosures(yaml_texts(text)).around(start, start + 18)
