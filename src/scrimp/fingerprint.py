"""The cache key of a prompt: a hash of everything that was requested, and of nothing about which model answered.

The key covers the text, the system text and earlier turns as they were given, the parameters, the level of compression
and the resolved route: every step with every model that may answer, in order. It never covers a compressed text, which
different prompts may share. Which of the models was available is not part of it, so a completion from a failover is a
cache hit later; nor is the provider that a model was bought from, if it is not the one that it is named at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import fields, replace

from scrimp.enums import Effort
from scrimp.values import Attachment, Chain, Message, ModelRef, Parameters, Step

if TYPE_CHECKING:
    from typing import Protocol

    class _Digest(Protocol):
        def digest(self) -> bytes: ...


# Increase it when the meaning of a key changes: older entries are then no longer found.
_VERSION = 1
# Parameters that are in every key; one added since is in a key only where it is given, so that older keys stay valid.
_ALWAYS = frozenset(("choices", "effort", "logprobs", "max_output", "schema", "temperature"))
_ASKING = frozenset(("judge", "self"))  # signals for which a model is asked about a completion
_NO_PARAMETERS = Parameters()
_encode = msgspec.json.Encoder(order="sorted").encode


class Sha256:
    """The hash of keys: Python's own function for the first bytes, OpenSSL's where there are more.

    OpenSSL's is several times as fast, but it takes longer to load than a command of one prompt needs for its key.
    """

    def __init__(self, little: int = 20_000) -> None:
        """`little` is how many bytes Python's own function hashes."""
        self._left, self._hash = little, _own_sha256()

    def __call__(self, content: bytes) -> bytes:
        """Return the 32 bytes of the hash."""
        if self._left >= 0:
            self._left -= len(content)
            if self._left < 0:
                self._hash = _openssl_sha256()
        return self._hash(content).digest()


def _own_sha256() -> Callable[[bytes], _Digest]:
    name = "_sha2" if sys.version_info >= (3, 12) else "_sha256"
    try:
        found: Callable[[bytes], _Digest] = import_module(name).sha256
    except ImportError:  # a Python that has OpenSSL's alone
        return _openssl_sha256()
    return found


def _openssl_sha256() -> Callable[[bytes], _Digest]:
    from hashlib import sha256  # see Sha256

    return sha256


_sha256 = Sha256()


def route_bytes(
    chain: Chain, parameters: Parameters, *, level: str, check: str | None, locations: Mapping[str, str],
    keep: float | None = None,
) -> bytes:  # fmt: skip
    """Return what the keys of a route have in common; `locations` maps each provider to its base URL or file.

    `keep` is what the level keeps of documents; None, the default share, is in no key.
    """
    chain, parameters = _with_one_spelling(chain, parameters)
    steps = [_step(step, locations, parameters) for step in chain.steps]
    # A chain of one step is never judged against a threshold, so the threshold is not part of the key.
    policy: list[object] = [chain.signal, chain.min_confidence] if len(steps) > 1 else []
    if policy and chain.escalate_unjudged:
        policy.append("escalate unjudged")
    if policy and chain.judge is not None:
        policy.append(_step(chain.judge, locations, _NO_PARAMETERS))
    compression: object = level if keep is None else [level, keep]
    return _encode([_VERSION, steps, policy, _given(parameters), compression, check])


def limited_route(route: bytes, dollars: Decimal, action: str) -> bytes:
    """Return what the keys of a route's rows begin with that cost more than a limit, and take another way."""
    return _encode([route.decode(), "row limit", str(dollars.normalize()), action])


def _given(parameters: Parameters) -> dict[str, object]:
    values = {field.name: (getattr(parameters, field.name), field.default) for field in fields(parameters)}
    return {name: value for name, (value, default) in values.items() if name in _ALWAYS or value != default}


def _with_one_spelling(chain: Chain, parameters: Parameters) -> tuple[Chain, Parameters]:
    """Return a route as it is without arms, where one without arms asks the same: one effort of all its models.

    So `-m provider/model@low` and `-m provider/model --effort low` have the same key. A model of the chain that is
    asked about completions has its own effort whatever the run's is, so there the two differ.
    """
    models = [model for step in chain.steps for model in step.candidates]
    if not any(model.arm for model in models):
        return chain, parameters
    asked, armed = parameters.effort, all(model.arm for model in models)
    sent = {model.effort_of(asked) for model in models}
    if len(sent) == 1 and (armed or asked in sent) and not _asks_a_step(chain):
        return _without_arms(chain), replace(parameters, effort=sent.pop())
    return chain, replace(parameters, effort=None if armed else asked)  # the run's own reaches no arm


def other_spelling(chain: Chain, parameters: Parameters) -> tuple[Chain, Parameters] | None:
    """Return a route whose keys are others though it asks the same, None if there is none.

    The effort of all models may be what the config or a tier sets for each of them, or what the run asks for.
    """
    models = [model for step in chain.steps for model in step.candidates]
    sent = {model.effort_of(parameters.effort) for model in models}
    if len(sent) > 1 or sent == {None} or _asks_a_step(chain) or any(model.effort not in sent for model in models):
        return None
    by_run = _with_one_spelling(chain, parameters)[1].effort is not None
    return _without_arms(chain), replace(parameters, effort=None if by_run else sent.pop())


def _asks_a_step(chain: Chain) -> bool:
    return len(chain.steps) > 1 and chain.signal in _ASKING and chain.judge is None


def _without_arms(chain: Chain) -> Chain:
    steps = tuple(
        replace(step, candidates=tuple(replace(model, arm=None) for model in step.candidates)) for step in chain.steps
    )
    return replace(chain, steps=steps)


def _step(step: Step, locations: Mapping[str, str], parameters: Parameters) -> list[object]:
    return [_model(model, locations.get(model.provider, ""), parameters.effort) for model in step.candidates]


def _model(model: ModelRef, location: str, asked: Effort | None) -> list[object]:
    """Return a model as it is in keys; an arm's effort is that of its settings, unless the run asks for another."""
    known: list[object] = [model.without_arm, location, model.arm or model.effort, model.max_output]
    return known if model.arm is None or asked is None else [*known, "arm"]


def key(
    route: bytes, *, text: str, system: str | None = None, history: Sequence[Message] = (), sample: int = 0,
    attachments: Sequence[Attachment] = (), after: Sequence[Message] = (),
) -> bytes:  # fmt: skip
    """Return the 32-byte key of a prompt on a route; text, system text and other turns are as given.

    The first sample of a prompt has the key of the prompt itself.
    """
    turns = [replace(turn, told=()) for turn in history] if any(turn.told for turn in history) else history
    content: list[object] = [system, turns, text]
    if sample or attachments or after:
        content.append(sample)
    if attachments or after:
        content.append([attached.identity for attached in attachments])
    if after:
        content.append(after)
    encoded = _encode(content)
    return _sha256(len(route).to_bytes(8, "big") + route + encoded)
