"""The shape of scrimp.toml and config.toml: every key there is, with its type and default."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from scrimp.prices.rates import Rates
from scrimp.values import CacheMode


class Defaults(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[defaults]: what flags of the same name would say; SCRIMP_NAME in the environment says it too."""

    tier: str | None = None  # auto where neither chain nor model is given
    chain: str | None = None
    model: str | None = None
    min_confidence: float | None = None
    max_output: int | None = None
    effort: str | None = None
    compress: Literal["off", "lossless"] = "lossless"
    cache: CacheMode = "on"
    cache_ttl: str | None = None
    max_cost: Decimal | None = None
    allow_unpriced: bool = False
    baseline: str = "openai/gpt-6.2-sol"
    concurrency: int = 16
    retries: int = 2
    timeout: float = 600.0
    max_failures: str | None = None
    order: Literal["input", "completion"] = "input"
    color: Literal["auto", "always", "never"] = "auto"
    progress: Literal["auto", "bar", "lines", "json", "none"] = "auto"


class ProviderTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[providers.NAME]: a preset's fields to change, or a provider of one's own."""

    dialect: Literal["openai", "anthropic", "gemini"] | None = None
    base_url: str | None = None
    flavour: str | None = None
    key_env: str | None = None
    key_cmd: str | None = None
    key_file: str | None = None
    auth_header: str | None = None
    auth_prefix: str | None = None
    headers: Mapping[str, str] = {}
    price_provider: str | None = None
    rpm: int | None = None
    tpm: int | None = None


class ModelTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[models."provider/model"]: what is always asked of a model, its price, and for local ones its file."""

    effort: str | None = None
    max_output: int | None = None
    price: Rates | None = None
    path: str | None = None


class ChainTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[chains.NAME]: an escalation chain."""

    steps: tuple[str, ...]
    signal: Literal["auto", "agreement", "choices", "schema", "check", "logprobs"] = "auto"
    min_confidence: float = 0.9
    max_escalation: str | None = None


class RuleTable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[[rules]]: conditions that all must hold, and where the prompt then goes."""

    route: str | None = None
    file: str | None = None
    match: str | None = None
    tag: str | None = None
    tier: str | None = None
    chain: str | None = None
    model: str | None = None


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of it."""

    defaults: Defaults = Defaults()
    providers: Mapping[str, ProviderTable] = {}
    tiers: Mapping[str, tuple[str, ...]] = {}
    models: Mapping[str, ModelTable] = {}
    chains: Mapping[str, ChainTable] = {}
    rules: tuple[RuleTable, ...] = ()
    alerts: Mapping[str, tuple[Mapping[str, str | float], ...]] = {}
