"""What the provider of the manual's sessions answers: a handful of rules in the place of a model."""

from __future__ import annotations

import json
import re
from typing import Any

from fake_provider import Reply, completion

_BAD = re.compile(r"broke|loud|leak|never|refund|late|disappoint", re.IGNORECASE)
_UNSURE = "It depends"  # what a cheap model says where a better one knows
_CITIES = {"Paris": "France", "Osaka": "Japan", "Lyon": "France", "Porto": "Portugal"}


def answer(body: dict[str, Any]) -> Reply:
    """Return a completion with about the tokens that a model would count."""
    prompt = "\n".join(str(message["content"]) for message in body["messages"])
    text = _text(prompt, body)
    usage = {"prompt_tokens": len(prompt) // 4 + 8, "completion_tokens": len(text) // 4 + 1}
    usage["total_tokens"] = sum(usage.values())
    return completion(text, model=body["model"], usage=usage)


def _text(prompt: str, body: dict[str, Any]) -> str:
    last = str(body["messages"][-1]["content"])
    if "order" in last and "EUR" in last:
        number, name, total = (
            re.findall(pattern, last)[-1] for pattern in (r"order (\w+)", r"for (\w+ \w+)", r"([\d.]+) EUR")
        )
        return json.dumps({"order": number, "name": name, "total": float(total)})
    if "sitive" in prompt or "happy" in prompt:
        if "Not bad" in last and "luna" in body["model"]:
            return _UNSURE
        return "negative" if _BAD.search(last) else "positive"
    if "commit message" in last:
        return "Read the port from the environment"
    if "went wrong" in last:
        return "The disk of db-2 is full, so its replica stopped; free some space and restart it."
    if city := next((city for city in _CITIES if city in last), None):
        return _CITIES[city]
    if "capital of France" in last:
        return "Paris"
    if "haiku" in last:
        return "Tokens drift like snow\nthe ledger remembers each\nnothing is paid twice"
    return "A short answer."
