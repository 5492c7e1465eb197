"""Images and PDFs in the request of each dialect, and which of them a provider takes.

Their forms are those of the vendors' SDKs. Limits, as read in November 2026; megabytes are those of base64:

- OpenAI: images of 512 MB, 1,500 in a request, none over 30,000 squares of 32 pixels where it is not made smaller
  (https://developers.openai.com/api/docs/guides/images-vision); files of 50 MB (.../guides/pdf-files).
- Anthropic: images of 10 MB and 8,000 pixels a side, 2,000 if there are more than 20, and 600 in a request
  (https://platform.claude.com/docs/en/build-with-claude/vision); requests of 32 MB (.../api/overview).
- Gemini: requests of 100 MB with PDFs of 50 MB and 3,600 images
  (https://ai.google.dev/gemini-api/docs/file-input-methods, .../image-understanding).
- DeepSeek: images for its vision model alone, 32 MB each and 48 MB in all, no PDF.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import ceil

from msgspec import Struct

from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.capabilities import base_name, gpt_version
from scrimp.values import Attachment, Json

_PDF = "application/pdf"
_MEGABYTE = 1 << 20


class _Limits(Struct, frozen=True):
    """Megabytes of base64 of an image, of a PDF, and of all that goes with a prompt; and the number of files."""

    image: int
    pdf: int
    everything: int
    files: int


_LIMITS: Mapping[str, _Limits] = {
    "openai": _Limits(512, 50, 512, 1500),
    "anthropic": _Limits(10, 32, 32, 600),
    "gemini": _Limits(100, 50, 100, 3600),
}
_DEEPSEEK_LIMITS = _Limits(32, 0, 48, 600)
_CLAUDE_SIDE, _CLAUDE_SIDE_OF_MANY, _MANY = 8000, 2000, 20  # pixels, pixels, images
_SQUARES, _NOT_MADE_SMALLER = 30_000, (5, 6)  # squares of 32 pixels; GPT versions that do not scale down
_NO_PDF = frozenset(("deepseek", "mistral", "qwen", "ollama", "vllm", "llamacpp"))  # flavours whose chat takes no PDF
# Models that read text alone, by their names; one that is not known may take images.
_TEXT_ONLY = re.compile(
    r"gpt-3\.5|gpt-35|gpt-4(-32k)?(-0314|-0613)?$|o1-(mini|preview)|o3-mini|claude-(2|instant)|codestral"
    r"|deepseek(?!.*(vision|vl|ocr))"
)


def reads_text_only(endpoint: Endpoint, model: str) -> bool:
    """Return whether a model is known to take no attachments at all."""
    name = base_name(model)
    vision = any(word in name for word in ("vision", "vl", "ocr"))
    return (
        endpoint.transport != "http"
        or (endpoint.flavour == "deepseek" and not vision)
        or _TEXT_ONLY.match(name) is not None
    )


def refusal(attachments: Sequence[Attachment], endpoint: Endpoint, model: str) -> str | None:
    """Return why a model does not take these attachments, None if it does."""
    if reads_text_only(endpoint, model):
        return text_only(f"{endpoint.name}/{model}")
    limits = _DEEPSEEK_LIMITS if endpoint.flavour == "deepseek" else _LIMITS[endpoint.dialect]
    alone = next((reason for each in attachments if (reason := _refusal_of_one(each, endpoint, limits))), None)
    if alone is not None:
        return alone
    large = next(
        (reason for each in attachments if (reason := _too_large(each, endpoint, model, len(attachments)))), None
    )
    if large is not None:
        return f"{large}: make it smaller"
    total = sum(map(_encoded, attachments))
    if total > limits.everything * _MEGABYTE:
        size = f"{total / _MEGABYTE:.1f}"
        return f"the attachments have {size} MB in base64 and {endpoint.name} takes {limits.everything}: attach less"
    if len(attachments) > limits.files:
        return f"there are {len(attachments):,} attachments and {endpoint.name} takes {limits.files:,}: attach fewer"
    return None


def text_only(models: str) -> str:
    """Return the sentence for models that take no attachments."""
    return f"{models} takes no attachments, only text: choose another model (-m)"


def _refusal_of_one(attached: Attachment, endpoint: Endpoint, limits: _Limits) -> str | None:
    is_pdf = attached.media_type == _PDF
    if is_pdf and endpoint.flavour in _NO_PDF:
        return f"{endpoint.name} takes no PDF: attach {attached.name} as images"
    if is_pdf and attached.is_url and endpoint.dialect == "openai" and endpoint.flavour != "openrouter":
        return f"{endpoint.name} takes no PDF by its URL: attach {attached.name} as a file"
    limit = limits.pdf if is_pdf else limits.image
    if _encoded(attached) > limit * _MEGABYTE:
        size = f"{_encoded(attached) / _MEGABYTE:.1f}"
        return f"{attached.name} has {size} MB in base64 and {endpoint.name} takes {limit}: make it smaller"
    return None


def _too_large(attached: Attachment, endpoint: Endpoint, model: str, number: int) -> str | None:
    """Return that an image has more pixels than are taken; None if it has not, or was not measured."""
    width, height = attached.width, attached.height
    shown = f"{attached.name} has {width:,} x {height:,} pixels and {endpoint.name} takes"
    side = _CLAUDE_SIDE if number <= _MANY else _CLAUDE_SIDE_OF_MANY
    if endpoint.dialect == "anthropic" and endpoint.flavour != "deepseek" and max(width, height) > side:
        return f"{shown} {side:,} a side{' of so many' if number > _MANY else ''}"
    whole = (gpt_version(model) or (0, 0)) >= _NOT_MADE_SMALLER
    if whole and ceil(width / 32) * ceil(height / 32) > _SQUARES:
        return f"{shown} {_SQUARES:,} squares of 32"
    return None


def openai_content(text: str, attachments: Sequence[Attachment]) -> Json:
    """Return the content of a chat message: the text, after parts for what is attached, if anything is."""
    if not attachments:
        return text
    parts = [_openai_part(each, number) for number, each in enumerate(attachments, 1)]
    return [*parts, {"type": "text", "text": text}]


def anthropic_content(text: str, attachments: Sequence[Attachment]) -> Json:
    """Return the content of a message of Anthropic's, as above."""
    if not attachments:
        return text
    return [*map(_anthropic_block, attachments), {"type": "text", "text": text}]


def gemini_parts(attachments: Sequence[Attachment]) -> list[Json]:
    """Return the parts that stand before the text of a turn."""
    return [
        {"fileData": {"mimeType": each.media_type, "fileUri": each.name}}
        if each.is_url
        else {"inlineData": {"mimeType": each.media_type, "data": each.data}}
        for each in attachments
    ]


def _openai_part(attached: Attachment, number: int) -> Json:
    url = attached.name if attached.is_url else f"data:{attached.media_type};base64,{attached.data}"
    if attached.media_type == _PDF:
        # A name is required, and the file's own is not sent: it may be private, and is not part of the cache key.
        return {"type": "file", "file": {"filename": f"document-{number}.pdf", "file_data": url}}
    return {"type": "image_url", "image_url": {"url": url}}


def _anthropic_block(attached: Attachment) -> Json:
    kind = "document" if attached.media_type == _PDF else "image"
    if attached.is_url:
        return {"type": kind, "source": {"type": "url", "url": attached.name}}
    return {"type": kind, "source": {"type": "base64", "media_type": attached.media_type, "data": attached.data}}


def _encoded(attached: Attachment) -> int:
    """Return the bytes of an attachment in base64."""
    return -(-attached.size // 3) * 4
