"""Bounds of the tokens of images and PDFs, beside what vendors publish and what others measured."""

from __future__ import annotations

import pytest

from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.attachment_tokens import attached_tokens
from scrimp.values import Attachment

SIZES = [(256, 256), (512, 512), (768, 768), (1024, 1024), (1280, 720), (1920, 1080), (1080, 1920), (2560, 1440),
         (3840, 2160), (4032, 3024)]  # fmt: skip
# Input tokens of one image of each size, with the prompt's own taken off where they are known, from
# https://huggingface.co/datasets/JOHNISKING/image-token-cost (measured in 2026).
MEASURED = {
    "openai/gpt-6-astra": [77, 308, 692, 1229, 1104, 2448, 2448, 4320, 9792, 14364],
    "openai/gpt-5.5": [77, 308, 692, 1229, 1104, 2448, 2448, 4320, 9792, 11868],
    "anthropic/claude-opus-5-5": [100, 361, 784, 1369, 1196, 2691, 2691, 2992, 2992, 3928],
    "anthropic/claude-haiku-4-5": [100, 361, 784, 1369, 1196, 1560, 1560, 1592, 1592, 1596],
    "gemini/gemini-3.1-pro-preview": [1090, 1090, 1090, 1090, 1101, 1101, 1101, 1101, 1101, 1065],
}
# Examples on the vendors' own pages.
PUBLISHED = [
    ("openai/gpt-4o", 1024, 1024, 765), ("openai/gpt-4o", 2048, 4096, 1105), ("openai/gpt-4.1", 2048, 4096, 1105),
    ("openai/gpt-4o-mini", 1024, 1024, 2833 + 4 * 5667), ("openai/gpt-5", 1024, 1024, 70 + 4 * 140),
    ("openai/o1", 1024, 1024, 75 + 4 * 150), ("openai/gpt-4.1-mini", 1024, 1024, 1659),
    ("openai/gpt-5-nano", 1024, 1024, 2520), ("openai/o4-mini", 1024, 1024, 1762),
    ("anthropic/claude-sonnet-4-5", 200, 200, 68), ("anthropic/claude-opus-4-7", 2576, 1450, 4784),
    ("gemini/gemini-2.5-flash", 384, 384, 258), ("gemini/gemini-2.5-flash", 960, 540, 6 * 258),
    ("gemini/gemini-2.0-flash", 3072, 3072, 16 * 258),
]  # fmt: skip


def tokens(model: str, width: int = 0, height: int = 0, *, pages: int | None = None) -> int:
    provider, _, name = model.partition("/")
    kind = "image/png" if pages is None else "application/pdf"
    attached = Attachment(
        name="a", media_type=kind, identity="x", path="a", width=width, height=height, pages=pages or 0
    )
    return attached_tokens([attached], PRESETS[provider], name)


@pytest.mark.parametrize("model", MEASURED)
def test_no_measured_image_counts_more_than_its_bound_and_the_bound_is_near(model: str) -> None:
    bounds = [tokens(model, *size) for size in SIZES]

    for measured, bound in zip(MEASURED[model], bounds, strict=True):
        assert measured <= bound * 1.02 <= measured * 1.65


@pytest.mark.parametrize(("model", "width", "height", "published"), PUBLISHED)
def test_the_examples_of_the_vendors_come_out(model: str, width: int, height: int, published: int) -> None:
    assert tokens(model, width, height) == published


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("openrouter/anthropic/claude-opus-5-5", "anthropic/claude-opus-5-5"),
        ("openrouter/openai/gpt-4o-mini", "openai/gpt-4o-mini"),
        ("openrouter/google/gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("openai/gpt-5-4-mini", "openai/gpt-5.4-mini"),
        ("openai/some-later-model", "openai/gpt-6-astra"),
        ("anthropic/some-later-model", "anthropic/claude-opus-5-5"),
    ],
)
def test_a_model_counts_the_same_wherever_it_is_served(here: str, there: str) -> None:
    for size in SIZES:
        assert tokens(here, *size) == tokens(there, *size)


@pytest.mark.parametrize(
    "model",
    [
        *MEASURED, "openrouter/someone/a-model", "mistral/pixtral-large", "qwen/qwen3-vl", "openai/gpt-4o-mini",
        "openai/gpt-4o", "gemini/gemini-2.5-pro",
    ],
)  # fmt: skip
def test_an_unknown_size_counts_as_the_most_expensive_one(model: str) -> None:
    sides = (1, 100, 384, 768, 1024, 1568, 3000, 9000, 60_000)
    dearest = max(tokens(model, width, height) for width in sides for height in sides)

    assert dearest <= tokens(model) <= 50_000


@pytest.mark.parametrize("model", [*MEASURED, "openrouter/someone/a-model"])
def test_a_pdf_counts_by_its_pages_and_without_a_number_as_many(model: str) -> None:
    assert tokens(model, pages=3) == 3 * tokens(model, pages=1)
    assert tokens(model, pages=0) == 1000 * tokens(model, pages=1)


def test_a_model_nobody_knows_counts_as_much_as_any_that_is_known() -> None:
    for size in SIZES:
        known = max(tokens(model, *size) for model in MEASURED)
        assert tokens("openrouter/someone/a-model", *size) >= known
