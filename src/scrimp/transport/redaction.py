"""Keeps secrets out of what providers say: they may repeat the key they got, in an error or as a completion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec.structs import replace

from scrimp.providers.endpoint import Endpoint
from scrimp.values import Completion, Failure


class Secrets(Protocol):
    """The secrets of providers: those that a request needs, and all that are known, found again in texts."""

    def headers_for(self, endpoint: Endpoint) -> Mapping[str, str]:
        """Return the headers that carry an endpoint's secrets; raise MissingKeyError if one is missing."""

    def redact(self, text: str) -> str:
        """Return a message without secrets, in any spelling."""

    def redact_whole(self, text: str) -> str:
        """Return the text without secrets that stand in it as they are."""

    def unfinished(self, text: str) -> int:
        """Return how many characters at the end of the text may be the beginning of a secret."""


def redacted(result: Completion | Failure, secrets: Secrets) -> Completion | Failure:
    """Return the result of a call with secrets redacted, to be printed and kept.

    A completion is the user's: of its text only a whole secret is replaced, with the probabilities of its tokens.
    """
    if isinstance(result, Failure):
        billed = None if result.billed is None else redacted_completion(result.billed, secrets)
        return replace(result, message=secrets.redact(result.message), billed=billed)
    return redacted_completion(result, secrets)


def redacted_completion(result: Completion, secrets: Secrets) -> Completion:
    """Return a completion as it may be printed and kept."""
    text = secrets.redact_whole(result.text)
    if text != result.text:
        result = replace(result, text=text, logprobs=())
    # What is unique to a reply apart, since of the others few are ever new.
    others = (result.model, result.finish_reason, result.service_tier, result.speed, result.region)
    for said in ("\n".join(filter(None, others)), result.request_id):
        if said and secrets.redact(said) != said:
            facts = {name: value for name in _FACTS if (value := getattr(result, name)) is not None}
            return replace(result, **{name: secrets.redact(value) for name, value in facts.items()})
    return result


# What a provider says about a completion, which reports and the ledger repeat.
_FACTS = ("model", "finish_reason", "service_tier", "speed", "region", "request_id")


class RedactedStream:
    """Shows a completion while it arrives, without secrets: what may be the beginning of one waits for the rest."""

    def __init__(self, show: Callable[[str], None], secrets: Secrets) -> None:
        self._show, self._secrets = show, secrets
        self._held = ""

    def show(self, piece: str) -> None:
        """Show a piece, as far as it cannot be part of a secret."""
        text = self._secrets.redact_whole(self._held + piece)
        end = len(text) - self._secrets.unfinished(text)
        self._held = text[end:]
        if end:
            self._show(text[:end])

    def finish(self) -> None:
        """Show what was held back: no more follows."""
        if self._held:
            self._show(self._held)
        self._held = ""
