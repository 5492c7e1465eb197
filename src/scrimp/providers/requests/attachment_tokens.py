"""The most tokens that an image or a PDF may count, by the formulas that vendors publish; read in November 2026.

- OpenAI, https://developers.openai.com/api/docs/guides/images-vision: newer models count squares of 32 pixels, times a
  factor, up to a budget; from gpt-5.6 on there is no budget unless a detail is asked for, and over 30,000 squares an
  image is refused. Older models fit an image into 2048 x 2048, then its short side into 768, and count tiles of 512.
- Anthropic, https://platform.claude.com/docs/en/build-with-claude/vision: squares of 28 pixels, at most 1,568 of them,
  and 4,784 from Opus 4.7 and version 5 on; older pages say width x height / 750, which is 5 % more.
- Gemini, https://ai.google.dev/gemini-api/docs/tokens and .../media-resolution: 258 up to 384 x 384, then 258 for each
  tile; from version 3 on at most 1,120 an image.
- Qwen: squares of 28 pixels, at most 16,384. Mistral: squares of 16 pixels of an image fitted into 1024 x 1024.

A page of a PDF counts as an image, and its text besides: 1,500 to 3,000 tokens by Anthropic's pages on PDF support,
none at Gemini. What an unknown model counts is bounded by the most expensive of these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import ceil

from scrimp.enums import Dialect
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.capabilities import base_name, claude_version, gemini_version, gpt_version
from scrimp.values import Attachment

Formula = Callable[[float, float], int]  # from width and height, in pixels, to tokens

_DASHED_VERSION = re.compile(r"^(gpt-\d)-(\d)(?=-|$)")  # as some gateways write it
_PAGE_TEXT = 3000  # tokens
_PAGE_SIDE = 2048  # pixels of a page that is drawn, at most
# Pages where they cannot be counted: what Anthropic takes of one request, and Gemini.
_UNKNOWN_PAGES = 1000
# Sizes that count most by one formula or another: what counts where the size is not known.
_LARGEST = ((65_535, 65_535), (65_535, 24_576), (65_535, 8192))

_MOST_PATCHES = 30_000  # OpenAI refuses more
# Multipliers of OpenAI's smaller models.
_FACTORS = {"nano": 2.46, "mini": 1.62}
# Base and tile of OpenAI's models that count tiles, by the beginning of their names: the longest one applies.
_TILES: Mapping[str, tuple[int, int]] = {
    "gpt-4o-mini": (2833, 5667), "gpt-4": (85, 170), "chatgpt-4o": (85, 170), "gpt-5": (70, 140),
    "gpt-5.1": (70, 140), "o1": (75, 150), "o3": (75, 150), "computer-use": (65, 129),
}  # fmt: skip
_GEMINI_IMAGE = 1120  # from version 3 on
# Local models and others that nothing is known of: some count thousands for the smallest image.
_LEAST_UNKNOWN = 6500


def attached_tokens(attachments: Sequence[Attachment], endpoint: Endpoint, model: str) -> int:
    """Return the most tokens that what is attached may count at a model; an unknown size counts as the largest."""
    name = _DASHED_VERSION.sub(r"\1.\2", base_name(model))
    return sum(_tokens(attached, endpoint.dialect, endpoint.flavour, name) for attached in attachments)


def _tokens(attached: Attachment, dialect: Dialect, flavour: str, name: str) -> int:
    formula, page_text = _family(dialect, flavour, name)
    if attached.media_type != "application/pdf":
        known = ((attached.width, attached.height),) if attached.width and attached.height else _LARGEST
        return max(formula(*size) for size in known)
    return (attached.pages or _UNKNOWN_PAGES) * (formula(_PAGE_SIDE, _PAGE_SIDE) + page_text)


def _family(dialect: Dialect, flavour: str, name: str) -> tuple[Formula, int]:
    """Return the formula of a model, by its name or else its provider, and the tokens for the text of a page."""
    if claude_version(name) or (dialect == "anthropic" and flavour == "anthropic"):
        return _claude(name), _PAGE_TEXT
    if gemini_version(name) or dialect == "gemini":
        return _gemini(name), 0
    if gpt_version(name) or name.startswith((*_TILES, "o4-")) or flavour == "openai":
        return _openai(name), _PAGE_TEXT
    if name.startswith(("qwen", "qvq")):
        return _squares(28, 16_384), _PAGE_TEXT
    if name.startswith(("mistral", "pixtral", "ministral", "magistral")):
        return _mistral, _PAGE_TEXT
    return _unknown, _PAGE_TEXT


def _squares(side: int, most: int, factor: float = 1.0) -> Formula:
    """Return a count of squares that cover an image, up to a budget that larger ones are scaled down to."""
    return lambda width, height: ceil(min(ceil(width / side) * ceil(height / side), most) * factor)


def _openai(name: str) -> Formula:
    version = gpt_version(name)
    size = next((size for size in _FACTORS if size in name), None)
    if name.startswith("gpt-4o-mini"):
        size = None
    beginning = max((each for each in _TILES if name.startswith(each)), key=len, default=None)
    if size is None and beginning is not None and (version is None or version <= (5, 1)):
        base, tile = _TILES[beginning]
        return lambda width, height: base + tile * _tiles(width, height)
    if name.startswith("o4-"):
        return _squares(32, 1536, 1.72)
    budget = 1536 if size and version and version <= (5, 4) else 10_000 if version and version < (5, 6) else None
    return _squares(32, budget or _MOST_PATCHES, _FACTORS[size] if size else 1.2)


def _tiles(width: float, height: float) -> int:
    """Return the tiles of 512 pixels of an image that is fitted into 2048 x 2048, then its short side into 768."""
    scale = min(1.0, 2048 / max(width, height))
    width, height = width * scale, height * scale
    scale = min(1.0, 768 / min(width, height))
    return ceil(width * scale / 512) * ceil(height * scale / 512)


def _claude(name: str) -> Formula:
    version = claude_version(name)
    if version is not None and version < (4, 7):
        return _squares(28, 1568, 1.05)
    return _squares(28, 4784)


def _gemini(name: str) -> Formula:
    version = gemini_version(name)
    if version is None:
        return lambda width, height: max(_GEMINI_IMAGE, _gemini_tiles(width, height))
    return _gemini_tiles if version < (3, 0) else lambda _width, _height: _GEMINI_IMAGE


def _gemini_tiles(width: float, height: float) -> int:
    if max(width, height) <= 384:
        return 258
    scale = min(1.0, 3072 / max(width, height))
    width, height = width * scale, height * scale
    side = min(max(min(width, height) // 1.5, 256), 768)
    return ceil(width / side) * ceil(height / side) * 258


def _mistral(width: float, height: float) -> int:
    scale = min(1.0, 1024 / max(width, height))
    return (ceil(width * scale / 16) + 1) * ceil(height * scale / 16)


def _unknown(width: float, height: float) -> int:
    return max(_LEAST_UNKNOWN, _squares(28, _MOST_PATCHES, 1.2)(width, height))
