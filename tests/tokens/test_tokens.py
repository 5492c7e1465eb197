from __future__ import annotations

import hashlib
import subprocess
import sys
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp import tokens
from scrimp.tokens.o200k import TABLE, encoding, merge_ranks

PUBLISHED = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
PROSE = (
    "A café owner in Zürich (population 434,335) wrote: “Asking twice is cheaper than guessing once.”\n\n"
    "She'd kept receipts since 2019-04-01 — every one, in a shoebox — and her daughter typed them into a table.\n"
)
CODE = (
    'def total(rows: list[dict[str, int]]) -> int:\n    return sum(row["cents"] for row in rows if not row["void"])\n'
)
TABULAR = '{"id": 981234, "name": "Ada", "tags": ["a-1", "b_2"], "ok": true, "ratio": 0.25}\n' * 4


def test_the_shipped_table_is_the_published_one() -> None:
    table = zlib.decompress(TABLE.read_bytes(), wbits=zlib.MAX_WBITS | 16)

    assert hashlib.sha256(table).hexdigest() == PUBLISHED
    assert [int(line.split()[1]) for line in table.splitlines()] == list(merge_ranks().values())


def test_the_table_is_not_kept_twice() -> None:
    tracemalloc.start()
    try:
        built = encoding.__wrapped__()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert built.encode_ordinary("hello world") == encoding().encode_ordinary("hello world")
    assert kept < 8_000_000  # bytes in Python; the table has 23 MB


def test_counts_are_those_published_for_o200k_base() -> None:
    # Examples of OpenAI's cookbook, "How to count tokens with tiktoken".
    for text, expected in (
        ("antidisestablishmentarianism", 6),
        ("2 + 2 = 4", 7),
        ("お誕生日おめでとう", 8),
        ("tiktoken is great!", 6),
        ("", 0),
    ):
        assert tokens.count(text) == expected, text


def test_words_that_look_like_special_tokens_are_plain_text() -> None:
    assert tokens.count("<|endoftext|>") > 1


def test_half_an_emoji_can_be_counted() -> None:
    assert tokens.count("\ud83d") > 0
    assert tokens.estimate("\ud83d") > 0


@given(st.text())
def test_no_text_is_lost_in_counting(text: str) -> None:
    assert encoding().decode(encoding().encode_ordinary(text)) == text
    assert tokens.count(text) <= len(text.encode())


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4o-mini"),
        ("openai", "gpt-6.2-sol"),
        ("openrouter", "openai/gpt-5.4-nano"),
        ("openai", "ft:gpt-4o-2024-08-06:ours::AbC1"),
        ("groq", "openai/gpt-oss-20b"),
    ],
)
def test_openais_families_since_gpt_4o_are_counted_exactly(provider: str, model: str) -> None:
    assert tokens.count_for(provider, model, PROSE) == tokens.TokenCount(tokens.count(PROSE), estimated=False)


@pytest.mark.parametrize(
    ("provider", "model", "per_hundred"),
    [
        ("anthropic", "claude-sonnet-4-5-20250929", 108),
        ("anthropic", "claude-3-5-haiku-latest", 108),
        ("openrouter", "anthropic/claude-opus-4.6", 108),
        ("anthropic", "claude-opus-4-7", 140),
        ("anthropic", "claude-sonnet-5-5@20260928", 140),
        ("bedrock", "anthropic.claude-haiku-5-5-v1:0", 140),
        ("gemini", "gemini-3.8-flash", 112),
        ("deepseek", "deepseek-flash", 102),
        ("mistral", "ministral-8b-2512", 109),
        ("qwen", "qwen-plus", 107),
        ("ollama", "llama3.1:8b", 101),
        ("local", "smollm2-135m-instruct", 115),
        ("openai", "gpt-4-turbo", 102),
        ("work", "house-model", 110),
    ],
)
def test_other_families_are_estimated_by_a_factor_and_marked(provider: str, model: str, per_hundred: int) -> None:
    expected = -(-tokens.count(PROSE) * per_hundred // 100)

    assert tokens.count_for(provider, model, PROSE) == tokens.TokenCount(expected, estimated=True)


@pytest.mark.parametrize("text", [PROSE, CODE, TABULAR, "one two three"])
def test_the_rough_estimate_is_within_a_third(text: str) -> None:
    assert abs(tokens.estimate(text) / tokens.count(text) - 1) < 1 / 3


@given(st.text(), st.text())
def test_a_longer_text_is_never_estimated_shorter(one: str, other: str) -> None:
    assert tokens.estimate(one) <= tokens.estimate(one + other)
    assert (tokens.estimate(one) == 0) == (one == "")


def test_the_rough_estimate_loads_no_tokenizer() -> None:
    script = "import sys; from scrimp import tokens; tokens.estimate('x'); sys.exit('tiktoken' in sys.modules)"

    assert (
        subprocess.run([sys.executable, "-c", script], check=False, env={"PYTHONPATH": ":".join(sys.path)}).returncode
        == 0
    )
