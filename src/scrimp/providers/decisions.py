"""OpenAI's decisions endpoint: how probable a statement about a text is, for the price of its input.

Providers' reference, 3.7.
"""

from __future__ import annotations

from math import log

from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import count, dumps, is_count, items, number, obj, unreadable, word
from scrimp.values import Call, Completion, Failure, JsonObject, TokenLogprob, Usage

_NAME = "ok"
_LEAST = 1e-300  # a probability of zero has no logarithm


def to_request(call: Call, endpoint: Endpoint) -> HttpRequest:
    """Return the request that asks how probable the call's predicate is of its text."""
    question: JsonObject = {"type": "predicate", "name": _NAME, "instructions": call.predicate}
    body: JsonObject = {"model": call.model, "input": call.text, "questions": [question]}
    url = f"{endpoint.base_url.rstrip('/')}/decisions"
    return HttpRequest(url=url, body=dumps(body), headers=dict(endpoint.headers))


def to_completion(body: JsonObject, call: Call, endpoint: Endpoint, reply: HttpReply) -> Completion | Failure:
    """Return a decision as a completion: the probability is its text, and that of its one token.

    A refusal was billed and will not change when it is asked for again: it is a completion without a text.
    """
    answers = items(body.get("answers"))
    answer = obj(answers[0]) if answers else {}
    probability = number(answer.get("probability"))
    refused = word(answer.get("type")) == "refusal"
    if not refused and (probability is None or not 0 <= probability <= 1):
        return unreadable(endpoint.name, reply)
    counts = obj(body, "usage")
    # Billed as input only, cached or not, whatever was written.
    usage = Usage(input=count(counts.get("input_tokens"))) if is_count(counts.get("input_tokens")) else None
    model = word(body.get("model")) or call.model
    if refused or probability is None:
        return Completion(text="", usage=usage, stop_reason="refused", model=model, finish_reason="refusal")
    sure = TokenLogprob(_NAME, log(max(probability, _LEAST)))
    return Completion(text=repr(probability), usage=usage, stop_reason="stop", model=model, logprobs=(sure,))
