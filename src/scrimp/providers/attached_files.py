"""Images and PDFs in the request of each dialect, and which of them a provider takes.

Their forms are those of the vendors' SDKs. Limits: Anthropic takes images of 5 MB in base64 and requests of 32 MB,
OpenAI requests of 50 MB, Gemini requests of 100 MB with PDFs of 50 MB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scrimp.providers.endpoint import Endpoint
from scrimp.values import Attachment, Json

_PDF = "application/pdf"
_MEGABYTE = 1 << 20
# Megabytes of base64: of one image, of one PDF, and of all that is attached to a prompt.
_LIMITS: Mapping[str, tuple[int, int, int]] = {
    "openai": (50, 50, 50),
    "anthropic": (5, 32, 32),
    "gemini": (100, 50, 100),
}
_TEXT_ONLY = frozenset(("deepseek",))
_NO_PDF = frozenset(("mistral", "qwen", "ollama", "vllm", "llamacpp"))  # in chat completions


def refusal(attachments: Sequence[Attachment], endpoint: Endpoint) -> str | None:
    """Return why a provider does not take these attachments, None where it does."""
    image, pdf, everything = _LIMITS[endpoint.dialect]
    for attached in attachments:
        if endpoint.transport != "http" or endpoint.flavour in _TEXT_ONLY:
            return f"{endpoint.name} takes no attachments, only text: choose another model for {attached.name}"
        is_pdf = attached.media_type == _PDF
        if is_pdf and (endpoint.flavour in _NO_PDF or (attached.is_url and endpoint.dialect == "openai")):
            how = "no PDF" if endpoint.flavour in _NO_PDF else "no PDF by its URL"
            return (
                f"{endpoint.name} takes {how}: attach {attached.name} as {'images' if 'URL' not in how else 'a file'}"
            )
        limit = pdf if is_pdf else image
        if _encoded(attached) > limit * _MEGABYTE:
            size = f"{_encoded(attached) / _MEGABYTE:.1f}"
            return f"{attached.name} has {size} MB in base64 and {endpoint.name} takes {limit}: make it smaller"
    total = sum(map(_encoded, attachments))
    if total > everything * _MEGABYTE:
        size = f"{total / _MEGABYTE:.1f}"
        return f"the attachments have {size} MB in base64 and {endpoint.name} takes {everything}: attach less"
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
        # A name is required, and the file's own is not sent: it may be private, and is no part of the cache key.
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
