"""What the provider of the manual's sessions answers: a handful of rules in the place of a model."""

from __future__ import annotations

import json
import re
from typing import Any

import lockers
from fake_provider import Reply, completion

_BAD = re.compile(r"broke|loud|leak|never|refund|late|disappoint", re.IGNORECASE)
_UNSURE = "It depends"  # what a cheap model says where a better one knows
# Words of a prompt, and what is said to a customer who is content and to one who is not.
_MOODS = {
    "Mood of": ("happy", "unhappy"),
    "ositive or negative": ("positive", "negative"),
    "mood": ("content", "annoyed"),
    "reply to": ("Thank you, that is good to hear!", "We are sorry, and send you a new one today."),
    "Summarize": ("A customer is content.", "A customer is annoyed."),
}
_ANSWERS = {
    "commit message": "Read the port from the environment",
    "went wrong": "The disk of db-2 is full, so its replica stopped; free some space and restart it.",
    "capital of France": "Paris", "of Italy": "Rome", "Paris": "France", "Osaka": "Japan", "Lyon": "France",
    "haiku": "Tokens drift like snow\nthe ledger remembers each\nnothing is paid twice",
}  # fmt: skip


def answer(body: dict[str, Any]) -> Reply:
    """Return a completion with about the tokens that a model would count."""
    turns = [str(message["content"]) for message in body["messages"]]
    asked = turns[-3] if turns[-1].startswith("Your reply was not accepted") else turns[-1]
    text = _text(asked, cheap="luna" in body["model"])
    usage = {
        "prompt_tokens": len("\n".join(turns)) // 4 + 8 + _picture_tokens(body),
        "completion_tokens": len(text) // 4 + 1,
    }
    usage["total_tokens"] = sum(usage.values())
    return completion(text, model=body["model"], usage=usage)


def batch_answer(model: str, prompt: str) -> str:
    """Return what a model says in a batch: the same as live."""
    return _text(prompt, cheap="luna" in model)


def _picture_tokens(body: dict[str, Any]) -> int:
    """Return what OpenAI counts for pictures of 1024 x 1024."""
    contents = [message["content"] for message in body["messages"] if isinstance(message["content"], list)]
    return 1229 * sum(part["type"] == "image_url" for content in contents for part in content)


def _text(prompt: str, *, cheap: bool) -> str:
    if "rder" in prompt and "EUR" in prompt:
        return _order(prompt)
    if "code of locker" in prompt:
        return lockers.known(prompt)
    if "damaged" in prompt:
        return "yes" if "cracked" in prompt else "no"
    if "Mood of" in prompt and "Not bad" in prompt and cheap:
        return _UNSURE
    for words, moods in _MOODS.items():
        if words in prompt:
            return moods[_BAD.search(prompt) is not None]
    return next((text for words, text in _ANSWERS.items() if words in prompt), "A short answer.")


def _order(prompt: str) -> str:
    number, name, total = (
        re.findall(pattern, prompt)[-1] for pattern in (r"order (\w+)", r"for (\w+ \w+)", r"([\d.]+) EUR")
    )
    return json.dumps({"order": number, "name": name, "total": float(total)})
