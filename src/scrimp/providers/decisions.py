"""OpenAI's decisions endpoint: the probability that a statement about a text is true, billed as input tokens only.

Providers' reference, 3.7.
"""

from __future__ import annotations

from math import log

from scrimp.providers.endpoint import Endpoint, HttpReply, HttpRequest
from scrimp.providers.json_access import array, count, dumps, is_count, nonempty, number, obj, unreadable_reply
from scrimp.values import Call, Completion, Failure, JsonObject, TokenLogprob, Usage

_QUESTION_NAME = "ok"
_MIN_PROBABILITY = 1e-300  # zero has no logarithm


def to_request(call: Call, endpoint: Endpoint) -> HttpRequest:
    """Return the request for the probability that the call's predicate is true of its text."""
    question: JsonObject = {"type": "predicate", "name": _QUESTION_NAME, "instructions": call.predicate}
    body: JsonObject = {"model": call.model, "input": call.text, "questions": [question]}
    url = endpoint.address("/decisions")
    return HttpRequest(url=url, body=dumps(body), headers=dict(endpoint.headers))


def to_completion(body: JsonObject, call: Call, endpoint: Endpoint, reply: HttpReply) -> Completion | Failure:
    """Return a decision as a completion: the probability is its text, and the probability of its one token.

    A refusal was billed, and asking again gives another: it becomes a completion without text, not a failure.
    """
    answers = array(body.get("answers"))
    answer = obj(answers[0]) if answers else {}
    probability = number(answer.get("probability"))
    refused = nonempty(answer.get("type")) == "refusal"
    if not refused and (probability is None or not 0 <= probability <= 1):
        return unreadable_reply(endpoint.name, reply)
    counts = obj(body, "usage")
    # Billed as input only, cached or not; output tokens are free.
    usage = Usage(input=count(counts.get("input_tokens"))) if is_count(counts.get("input_tokens")) else None
    model = nonempty(body.get("model")) or call.model
    if refused or probability is None:
        return Completion(text="", usage=usage, stop_reason="refused", model=model, finish_reason="refusal")
    token = TokenLogprob(_QUESTION_NAME, log(max(probability, _MIN_PROBABILITY)))
    return Completion(text=repr(probability), usage=usage, stop_reason="stop", model=model, logprobs=(token,))
