"""The client that a run calls all providers with: what it sends through, and how much of it at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, partial
from random import random
from typing import TYPE_CHECKING

from scrimp.config.paths import expanded
from scrimp.errors import ConfigError, LocalModelError
from scrimp.providers.endpoint import Endpoint
from scrimp.transport.client import ProviderClient
from scrimp.transport.limits.concurrency import AdaptiveLimit
from scrimp.transport.limits.descriptors import calls_that_fit, raised_limit
from scrimp.transport.limits.health import ProviderHealth
from scrimp.transport.limits.queue import ProviderQueue
from scrimp.transport.limits.rate_limit import RateLimiter
from scrimp.transport.limits.retry import RetryPolicy

if TYPE_CHECKING:
    from pathlib import Path

    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.flows.services import Services
    from scrimp.transport.client import InProcessProvider
    from scrimp.transport.http.client import HttpClient
    from scrimp.transport.local.growing_runtime import GrowingRuntime
    from scrimp.transport.local.replay import ReplayProvider

# A chain, or a tier whose first model fails, calls several providers, each of which may have --concurrency calls.
_PROVIDERS_AT_ONCE = 4


def build_client(
    options: RunOptions, services: Services, health: ProviderHealth, *,
    open_http: Callable[[], HttpClient] | None = None,
    open_in_process: Callable[[Endpoint, str], InProcessProvider] | None = None,
    limiter: Callable[[Endpoint, int | None, int | None], RateLimiter] | None = None,
) -> ProviderClient:  # fmt: skip
    """Return the client for all providers; what it sends through can be replaced."""
    return ProviderClient(
        open_http=open_http or partial(_open_http, services),
        open_in_process=open_in_process or partial(_open_in_process, services),
        open_queue=partial(_open_queue, options, limiter or _limiter), calls_at_once=_calls_at_once(options, services),
        health=health, secrets=services.keys,
        retry_policy=RetryPolicy(retries=options.retries, timeout=options.timeout),
        clock=time.monotonic, random_fraction=random,
    )  # fmt: skip


def _open_http(services: Services) -> HttpClient:
    from scrimp.transport.http.client import HttpClient, build_engine  # the embedded model needs no HTTP
    from scrimp.transport.http.proxies import read_proxies

    # The client of providers ends calls itself, after a time in which this process ran.
    engine = build_engine(services.env, timeout=None, warn=services.warn)
    return HttpClient(engine, read_proxies(services.env))


def _open_in_process(services: Services, endpoint: Endpoint, model: str) -> InProcessProvider:
    if endpoint.recording is not None:
        return _open_recording(endpoint.recording)
    from scrimp.transport.local.embedded import EmbeddedModel  # other models do not need this
    from scrimp.transport.local.model_file import NAME, model_path

    table = services.loaded.config.models.get(f"local/{model}")
    if table is not None and table.path is not None:
        path = expanded(table.path, f'[models."local/{model}"] path')
    elif model == NAME:
        path = model_path(services.paths.data)
        if not path.is_file() and not services.routes.any_key:
            raise LocalModelError(_no_model_yet())
    else:
        raise ConfigError(
            f"there is no local model '{model}': use local/{NAME}, or set [models.\"local/{model}\"] path"
        )
    return EmbeddedModel(_runtime(path, model))


@cache
def _runtime(path: Path, model: str) -> GrowingRuntime:
    """Return the runtime of a local model, one for all runs of this process: tuning makes many, and none frees it."""
    from scrimp.transport.local.growing_runtime import GrowingRuntime  # other models do not need this
    from scrimp.transport.local.runtime import load_runtime

    return GrowingRuntime(partial(load_runtime, path, model))


def _no_model_yet() -> str:
    """Return the two next moves for a new user who has neither a key nor the embedded model."""
    from scrimp.transport.local.runtime_install import has_runtime, install_command  # a first day

    runtime = "" if has_runtime() else f"{install_command()} && "
    return (
        "no model can be called yet: there is no key, and the embedded model is not installed\n"
        "  with a key: export OPENAI_API_KEY=... (or ANTHROPIC_API_KEY, GEMINI_API_KEY; more: `scrimp models --all`)\n"
        f"  without one: {runtime}scrimp local install"
    )


@cache
def _open_recording(file: str) -> ReplayProvider:
    from scrimp.read.recordings import read_recording, recording_prices  # where completions are recorded ones
    from scrimp.transport.local.replay import ReplayProvider

    path = expanded(file, "base_url")
    return ReplayProvider(lambda: read_recording(path, recording_prices(path, None), scores=None))


def _calls_at_once(options: RunOptions, services: Services) -> int:
    """Return the most calls in flight, to all providers together: as many as there are open files for."""
    wanted = options.concurrency * _PROVIDERS_AT_ONCE
    limit = raised_limit(wanted)
    fitting = calls_that_fit(wanted, limit)
    if fitting < options.concurrency:
        services.warn(
            f"this system lets scrimp open {limit} files, so that at most {fitting} calls are in flight instead of "
            f"{options.concurrency}: raise `ulimit -n`"
        )
    return fitting


def _open_queue(
    options: RunOptions, limiter: Callable[[Endpoint, int | None, int | None], RateLimiter], endpoint: Endpoint
) -> ProviderQueue:
    rate = limiter(endpoint, _lower(options.rpm, endpoint.rpm), _lower(options.tpm, endpoint.tpm))
    # The embedded model answers one prompt at a time: waiting for it is not part of a call's time.
    width = 1 if endpoint.transport == "local" else options.concurrency
    return ProviderQueue(AdaptiveLimit(width), rate, time.monotonic)


def _limiter(endpoint: Endpoint, rpm: int | None, tpm: int | None) -> RateLimiter:
    del endpoint
    return RateLimiter(rpm=rpm, tpm=tpm)


def _lower(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)
