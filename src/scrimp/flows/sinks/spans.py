"""The calls of a row as spans, by OpenTelemetry's conventions for generative models (schema 1.42)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from scrimp.transport.http.otlp import AttributeValue, Span
from scrimp.values import Answered, Entry, Message, Outcome, Prompt

# What the conventions call the providers that are called otherwise here.
PROVIDER_NAMES = {
    "gemini": "gcp.gemini", "gemini-openai": "gcp.gemini", "mistral": "mistral_ai", "xai": "x_ai",
    "deepseek-anthropic": "deepseek", "helicone-openai": "openai",
}  # fmt: skip
_MICRO = 1_000_000
_LONGEST_ERROR = 500  # characters

_encode = msgspec.json.Encoder().encode


def spans_of(outcome: Outcome, hosts: Mapping[str, str], *, content: bool, numbered: bool = False) -> Iterator[Span]:
    """Yield a span for each call of a row, and one around them where there were several.

    `hosts` are the machines of the providers. With `content` the prompt and the kept completion are attributes;
    `numbered` says that each message is one of its own, too, as LangSmith reads them.
    """
    entries = outcome.entries
    if not entries:
        return
    trace_id = _digest(f"{entries[0].run} {entries[0].call}", 16)
    parent_id = b""
    if len(entries) > 1:
        parent_id = _digest(f"row {entries[0].call}", 8)
        yield _row_span(outcome, trace_id, parent_id)
    kept = outcome.entry if isinstance(outcome, Answered) and outcome.entry is not None else entries[-1]
    for entry in entries:
        attributes = _attributes(entry, hosts)
        if entry.call == kept.call:
            if outcome.answer is not None and isinstance(outcome, Answered):
                attributes["gen_ai.response.finish_reasons"] = (outcome.answer.finish_reason,)
            if content:
                attributes.update(_content(outcome))
            if content and numbered:
                attributes.update(_numbered(outcome))
        yield Span(
            trace_id=trace_id, span_id=_digest(entry.call, 8), parent_id=parent_id, name=f"chat {entry.model}",
            client=True, start=_nanoseconds(entry.time), end=_nanoseconds(entry.time + entry.seconds),
            attributes=attributes, error=_error(entry),
        )  # fmt: skip


def _row_span(outcome: Outcome, trace_id: bytes, span_id: bytes) -> Span:
    entries = outcome.entries
    return Span(
        trace_id=trace_id, span_id=span_id, name="row", client=False,
        start=_nanoseconds(min(entry.time for entry in entries)),
        end=_nanoseconds(max(entry.time + entry.seconds for entry in entries)),
        attributes={"scrimp.calls": len(entries), "scrimp.run": entries[0].run},
        error=None if isinstance(outcome, Answered) else outcome.failure.message[:_LONGEST_ERROR],
    )  # fmt: skip


def _attributes(entry: Entry, hosts: Mapping[str, str]) -> dict[str, AttributeValue]:
    provider = PROVIDER_NAMES.get(entry.provider, entry.provider)
    attributes: dict[str, AttributeValue] = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": provider, "gen_ai.system": provider,
        "gen_ai.request.model": entry.model, "scrimp.run": entry.run, "scrimp.status": entry.status,
    }  # fmt: skip
    if host := hosts.get(entry.provider):
        attributes["server.address"] = host
    if entry.status in ("paid", "truncated"):
        attributes["gen_ai.response.model"] = entry.answered_by or entry.model
    if entry.status == "truncated":
        attributes["gen_ai.response.finish_reasons"] = ("length",)
    if entry.status in ("failed", "lost"):
        attributes["error.type"] = "no_reply" if entry.http is None else str(entry.http)
    if (usage := entry.usage) is not None:
        attributes |= {
            "gen_ai.usage.input_tokens": usage.input, "gen_ai.usage.output_tokens": usage.output,
            "gen_ai.usage.cache_read.input_tokens": usage.cache_read,
            "gen_ai.usage.cache_creation.input_tokens": usage.cache_write,
            "gen_ai.usage.reasoning.output_tokens": usage.reasoning,
        }  # fmt: skip
    return attributes | _labels(entry)


def _labels(entry: Entry) -> dict[str, AttributeValue]:
    """Return scrimp's own attributes; unknown ones are left out."""
    named: dict[str, AttributeValue | None] = {
        "scrimp.cost_usd": _float(entry.cost), "scrimp.price": entry.price, "scrimp.tier": entry.tier,
        "scrimp.chain": entry.chain, "scrimp.effort": entry.effort, "scrimp.route": entry.route,
        "scrimp.task": entry.signature, "scrimp.batch": entry.batch, "scrimp.escalated": entry.escalated,
        "user.id": entry.user, "session.id": entry.run,
    }  # fmt: skip
    known = {name: value for name, value in named.items() if value is not None}
    known |= {f"scrimp.tag.{name}": value for name, value in entry.tags.items()}
    return known | {"scrimp.step": entry.step}


def _float(cost: Decimal | None) -> float | None:
    return None if cost is None else float(cost)


def _error(entry: Entry) -> str | None:
    """Return the ledger's attributes of a call without a completion."""
    if entry.status in ("paid", "truncated"):
        return None
    return (entry.error or "lost: no reply came, and it may have been billed")[:_LONGEST_ERROR]


def _content(outcome: Outcome) -> dict[str, AttributeValue]:
    prompt, answer = outcome.prompt, outcome.answer
    content: dict[str, AttributeValue] = {"gen_ai.input.messages": _encode(list(_turns(prompt))).decode()}
    if prompt.system:
        content["gen_ai.system_instructions"] = _encode([_text(prompt.system)]).decode()
    if answer is not None:
        text = answer.output if answer.raw is None else answer.raw
        message = {"role": "assistant", "parts": [_text(text)], "finish_reason": answer.finish_reason}
        content["gen_ai.output.messages"] = _encode([message]).decode()
    return content


def _numbered(outcome: Outcome) -> dict[str, AttributeValue]:
    prompt, answer = outcome.prompt, outcome.answer
    asked = [("system", prompt.system)] if prompt.system else []
    asked += [(turn.role, turn.words) for turn in (*prompt.history, Message("user", prompt.text), *prompt.after)]
    said = [] if answer is None else [("assistant", answer.output if answer.raw is None else answer.raw)]
    return {
        f"gen_ai.{kind}.{number}.{part}": value
        for kind, messages in (("prompt", asked), ("completion", said))
        for number, (role, text) in enumerate(messages)
        for part, value in (("role", role), ("content", text))
    }


def _turns(prompt: Prompt) -> Iterator[Mapping[str, object]]:
    for message in (*prompt.history, Message("user", prompt.text), *prompt.after):
        yield {"role": message.role, "parts": [_text(message.words)]}


def _text(text: str) -> Mapping[str, str]:
    return {"type": "text", "content": text}


def _digest(text: str, size: int) -> bytes:
    """Return an id that is the same for the same call, however often it is told."""
    return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=size).digest()


def _nanoseconds(seconds: float) -> int:
    return round(seconds * _MICRO) * 1000  # a float of seconds since 1970 tells no more


def rows_with_calls(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the outcomes that calls were made for."""
    return [outcome for outcome in outcomes if outcome.entries]
