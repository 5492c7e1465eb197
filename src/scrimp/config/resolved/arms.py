"""A model with an effort named after it, provider/model@effort: which are meant, and whether they go together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import get_args

from msgspec.structs import replace

from scrimp.enums import Effort
from scrimp.errors import ConfigError, closest_name
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.requests.capabilities import accepted_efforts, sent_effort
from scrimp.values import ModelRef

_EFFORTS: tuple[Effort, ...] = get_args(Effort)
# What people write for an effort that has another name here.
_SYNONYMS: Mapping[str, Effort] = {
    "off": "none", "no": "none", "min": "minimal", "mini": "minimal", "lo": "low", "med": "medium", "mid": "medium",
    "hi": "high", "extra-high": "xhigh", "maximum": "max", "maximal": "max",
}  # fmt: skip


def arm_of(name: str, endpoints: Mapping[str, Endpoint], resolve: Callable[[str], ModelRef]) -> ModelRef:
    """Return the model of a name with an @ in it; `resolve` knows those without an effort.

    An @ may be part of a model's own name: only a word for an effort after the last one is an effort, and nothing is in
    a recording. Raises ConfigError for an effort that the model does not take, or that is misspelled.
    """
    base, _, word = name.rpartition("@")
    recorded = endpoints.get(name.partition("/")[0])
    if not base or (recorded is not None and recorded.recording is not None):
        return resolve(name)
    effort = next((each for each in _EFFORTS if each == word), None)
    if effort is None:
        return _without_effort(name, base, word, endpoints, resolve)
    if base.rpartition("@")[2] in _EFFORTS:
        raise ConfigError(f"'{name}' names two efforts: keep one")
    model = resolve(base)
    accepted = accepted_efforts(endpoints[model.provider], model.model)
    if effort not in accepted:
        raise ConfigError(_refusal(base, effort, accepted, sent_effort(endpoints[model.provider], model.model, effort)))
    return replace(model, arm=effort)


def effort_sent(model: ModelRef, asked: Effort | None, endpoint: Endpoint) -> Effort | None:
    """Return the effort of a call, as the model takes it; None if none is wanted, or none can be sent.

    `asked` is the run's. A recording is called by the names of its models alone.
    """
    wanted = model.effort_of(asked)
    return None if wanted is None or endpoint.recording else sent_effort(endpoint, model.model, wanted)


def called_name(model: ModelRef, asked: Effort | None, endpoint: Endpoint) -> str:
    """Return the name by which the same call can be made again, whatever effort that run asks for."""
    sent = effort_sent(model, asked, endpoint)
    same = model.arm is not None or sent is None or sent == effort_sent(model, None, endpoint)
    return model.id if same else f"{model.without_arm}@{sent}"


def _without_effort(
    name: str, base: str, word: str, endpoints: Mapping[str, Endpoint], resolve: Callable[[str], ModelRef]
) -> ModelRef:
    """Return the model that is called so, unless the word can only be meant as an effort."""
    meant = _meant(word.lower())
    if word and meant is None:
        return resolve(name)
    try:
        model = resolve(base)
    except ConfigError:
        return resolve(name)
    accepted = accepted_efforts(endpoints[model.provider], model.model)
    if not accepted:
        return resolve(name)
    if not word:
        raise ConfigError(f"'{name}' names no effort after the @: add one of {', '.join(accepted)}, or leave out the @")
    hint = f"did you mean {base}@{meant}?" if meant in accepted else f"{base} takes {', '.join(accepted)}"
    raise ConfigError(f"'{name}': there is no effort '{word}': {hint}")


def _meant(word: str) -> Effort | None:
    """Return the effort that a word is for, with letters in another order before one with other letters."""
    swapped = (each for each in _EFFORTS if sorted(each) == sorted(word))
    near = _SYNONYMS.get(word) or next(swapped, None) or closest_name(word, _EFFORTS, cutoff=0.7)
    return next((each for each in _EFFORTS if each == near), None)


def _refusal(base: str, effort: Effort, accepted: Sequence[Effort], nearest: Effort | None) -> str:
    if not accepted:
        return f"'{base}@{effort}': {base} takes no effort that scrimp knows of: write {base}"
    return (
        f"'{base}@{effort}': {base} takes the efforts {', '.join(accepted)}, not {effort}: write "
        f"{base}@{nearest or accepted[-1]}"
    )
