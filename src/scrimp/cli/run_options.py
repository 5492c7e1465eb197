"""From flags to what is asked of a run: shared by the commands that take prompts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from scrimp.config.amounts import failures, seconds
from scrimp.config.schema import Defaults
from scrimp.enums import Priority
from scrimp.errors import UsageError
from scrimp.flows.plan.run_options import RunLabels, RunLimits, RunOptions
from scrimp.values import JsonObject, Parameters


def one_route(tier: str | None, chain: str | None, model: str | None) -> dict[str, object]:
    """Return the flags that say where prompts go; they exclude each other."""
    given = {name: value for name, value in (("tier", tier), ("chain", chain), ("model", model)) if value is not None}
    if len(given) > 1:
        raise UsageError(f"{' and '.join('--' + name for name in given)} exclude each other: give one")
    return dict(given)


def run_options(
    defaults: Defaults, *, choices: str | None = None, schema: str | None = None, check: str | None = None,
    temperature: float | None = None, labels: RunLabels | None = None, level_fixed: bool = False,
) -> RunOptions:  # fmt: skip
    """Return what is asked, from the config in force and the flags that are no defaults."""
    parameters = Parameters(
        max_output=defaults.max_output, temperature=temperature, effort=defaults.effort,
        choices=_choices(choices), schema=_schema(schema),
    )  # fmt: skip
    rows, part = failures(defaults.max_failures, "max_failures") if defaults.max_failures else (None, None)
    limits = RunLimits(
        max_cost=defaults.max_cost, allow_unpriced=defaults.allow_unpriced, max_failures=rows, max_failure_share=part
    )
    fixed = defaults.chain is not None or defaults.model is not None
    return RunOptions(
        tier=None if fixed else defaults.tier or "auto", chain=defaults.chain, model=defaults.model,
        min_confidence=defaults.min_confidence, parameters=parameters, check=check, level=defaults.compress,
        level_fixed=level_fixed,
        cache=defaults.cache, cache_ttl=seconds(defaults.cache_ttl, "cache_ttl") if defaults.cache_ttl else None,
        baseline=defaults.baseline, concurrency=defaults.concurrency, rpm=defaults.rpm, tpm=defaults.tpm,
        order=defaults.order, retries=defaults.retries, timeout=defaults.timeout, labels=labels or RunLabels(),
        limits=limits,
    )  # fmt: skip


def _choices(text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    labels = tuple(dict.fromkeys(label.strip() for label in text.split(",") if label.strip()))
    if len(labels) < 2:
        raise UsageError("--choices needs two labels or more, with commas between them")
    return labels


def _schema(path: str | None) -> JsonObject | None:
    if path is None:
        return None
    try:
        schema: JsonObject = msgspec.json.decode(Path(path).read_bytes(), type=dict)
    except OSError as error:
        raise UsageError(
            f"--schema: {path} cannot be read ({error.strerror}): name a file with a JSON schema"
        ) from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"--schema: {path} is no JSON object ({error}): mend it") from error
    return schema


def run_labels(
    route: str | None, user: str | None, tags: Sequence[str] | None, priority: Priority = "normal"
) -> RunLabels:
    """Return the labels for the ledger."""
    pairs = {}
    for tag in tags or ():
        name, equals, value = tag.partition("=")
        if not equals or not name:
            raise UsageError(f"--tag '{tag}' has no value: write --tag name=value")
        pairs[name] = value
    return RunLabels(route=route, user=user, tags=pairs, priority=priority)
