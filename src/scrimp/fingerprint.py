"""The cache key of a prompt: a hash of everything that was asked, and of nothing about which model answered.

The key covers the text as it is sent (compressed), the system text, earlier turns, the parameters, the level of
compression and the resolved route: every step with every model that may answer it, in order. Which of them was up
is not part of it, so the completion of a failover is found again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec

from scrimp.values import Chain, Message, Parameters, Step

# Raise it when the meaning of a key changes: old entries are then no longer found.
_VERSION = 1
_encode = msgspec.json.Encoder(order="sorted").encode


def route_bytes(
    chain: Chain, parameters: Parameters, *, level: str, check: str | None, places: Mapping[str, str]
) -> bytes:
    """Return what all prompts of one route share; `places` maps each provider to its base URL or file."""
    steps = [_step(step, places) for step in chain.steps]
    # A chain of one step is never judged against a threshold, so the threshold is not part of the key.
    policy: list[object] = [chain.signal, chain.min_confidence] if len(steps) > 1 else []
    if policy and chain.judge is not None:
        policy.append(_step(chain.judge, places))
    return _encode([_VERSION, steps, policy, parameters, level, check])


def _step(step: Step, places: Mapping[str, str]) -> list[object]:
    return [[model.id, places.get(model.provider, ""), model.effort, model.max_output] for model in step.candidates]


def key(route: bytes, *, text: str, system: str | None = None, history: Sequence[Message] = ()) -> bytes:
    """Return the 32-byte key of what is sent on a route: system text, earlier turns and the prompt, each compressed."""
    content = _encode([system, history, text])
    return hashlib.sha256(len(route).to_bytes(8, "big") + route + content).digest()
