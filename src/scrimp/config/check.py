"""Likely mistakes in a valid config: unknown names, missing keys, files that others can read or change."""

from __future__ import annotations

import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from msgspec import Struct

from scrimp.config.paths import Paths, expanded
from scrimp.config.resolved.api_keys import KeyRing, missing_key_message
from scrimp.config.resolved.endpoints import endpoint_of
from scrimp.config.resolved.routes import Routes
from scrimp.config.resolved.shared_servers import server_address
from scrimp.config.resolved.sink_addresses import sink_address
from scrimp.config.schema import Config, ProviderTable
from scrimp.config.shared_tables import is_on_this_machine
from scrimp.config.sources.load import LoadedConfig
from scrimp.config.validation_errors import dotted
from scrimp.errors import ConfigError, closest_name
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.models import SHIPPED_TIERS, known_models, retirement_of
from scrimp.providers.presets import PRESETS
from scrimp.providers.requests.capabilities import accepted_efforts
from scrimp.values import ModelRef

_Argument = TypeVar("_Argument")
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_LOOPBACK = ("http://localhost", "http://127.0.0.1", "http://[::1]")


class Finding(Struct, frozen=True):
    """One likely mistake: an error makes some run fail, a warning may cost money or reveal a key."""

    severity: Literal["error", "warning"]
    location: str
    message: str


def check(loaded: LoadedConfig, keys: KeyRing, paths: Paths) -> list[Finding]:
    """Return every finding, in the order of the file; this runs no command and calls no API."""
    config = loaded.config
    findings = list(_check_providers(config, keys, paths.prices))
    if not any(finding.severity == "error" for finding in findings):
        # Routes need every provider: while one of them is wrong, every route would only repeat its error.
        routes = Routes(config, keys)
        findings += [*_check_defaults(config, routes), *_check_tiers(config, routes), *_check_models(config, routes)]
        findings += [*_check_chains(config, routes), *_check_rules(config, routes)]
        for model in config.shadow.models:
            findings += _check_model("shadow.models", model, routes)
    findings += [*_check_alerts(config, keys), *_check_sinks(config, keys), *_check_shared(config, keys)]
    return [*findings, *_check_permissions(paths)]


def _error(location: str, message: str) -> Finding:
    return Finding("error", location, message)


def _warning(location: str, message: str) -> Finding:
    return Finding("warning", location, message)


def _check_call(location: str, function: Callable[[_Argument], object], argument: _Argument) -> Iterator[Finding]:
    """Yield the ConfigError of a call as a finding."""
    try:
        function(argument)
    except ConfigError as error:
        yield _error(location, str(error).removeprefix(f"{location}: "))


def _check_providers(config: Config, keys: KeyRing, newer_prices: Path) -> Iterator[Finding]:
    for name, table in config.providers.items():
        location = dotted(("providers", name))
        try:
            endpoint = endpoint_of(name, table)
        except ConfigError as error:
            yield _error(location, str(error).removeprefix(f"{location}: "))
            continue
        yield from _check_words(location, table, newer_prices)
        if table.credit_since is not None and table.credit is None:
            yield _warning(location, "credit_since counts a credit, and there is none: set credit")
        if not keys.has(endpoint):
            yield _warning(location, missing_key_message(endpoint))
        if _sends_key(endpoint, table) and _is_unencrypted(endpoint.base_url):
            yield _warning(location, "base_url is http, so the key travels unencrypted: use https")
        for key, file in (("key_file", table.key_file), ("admin_key_file", table.admin_key_file)):
            if file:
                yield from _check_mode(expanded(file, f"{location}.{key}"), _OTHERS_READ, f"{location}.{key}", "read")


def _check_words(location: str, table: ProviderTable, newer_prices: Path) -> Iterator[Finding]:
    """Yield the words of a provider that name nothing: a misspelled one would be of no effect, and costs unknown."""
    flavours = {*(preset.flavour for preset in PRESETS.values()), "generic"}
    if table.flavour is not None and table.flavour not in flavours:
        known = ", ".join(sorted(flavours))
        yield _warning(location, f"flavour '{table.flavour}' has no effect: {_nearest(table.flavour, flavours, known)}")
    if table.price_provider is not None:
        from scrimp.prices.table import SHIPPED, load_table  # few configs name a price list

        tables = (SHIPPED, newer_prices) if newer_prices.exists() else (SHIPPED,)
        lists = {*PRESETS, *(provider for each in tables for provider in load_table(each).providers)}
        if (name := table.price_provider) not in lists:
            nearest = _nearest(name, lists, "`scrimp prices list` has all")
            yield _warning(location, f"price_provider '{name}' has no prices, so what calls cost is unknown: {nearest}")


def _nearest(name: str, known: Collection[str], otherwise: str) -> str:
    near = closest_name(name, known)
    return f"did you mean {near}?" if near else f"name one that scrimp knows ({otherwise})"


def _sends_key(endpoint: Endpoint, table: ProviderTable) -> bool:
    return bool(endpoint.key_env or table.key_cmd or table.key_file)


def _is_unencrypted(url: str) -> bool:
    return url.startswith("http://") and not url.startswith(_LOOPBACK)


def _check_defaults(config: Config, routes: Routes) -> Iterator[Finding]:
    defaults = config.defaults
    if defaults.tier is not None and defaults.tier != "auto":
        yield from _check_call("defaults.tier", routes.tier_chain, defaults.tier)
    if defaults.chain is not None:
        yield from _check_call("defaults.chain", routes.chain, defaults.chain)
    if defaults.model is not None:
        yield from _check_model("defaults.model", defaults.model, routes)
    if defaults.baseline is not None:
        yield from _check_model("defaults.baseline", defaults.baseline, routes)


def _check_alerts(config: Config, keys: KeyRing) -> Iterator[Finding]:
    """Yield problems with the hooks of [alerts]; no hook is run."""
    import shutil

    from scrimp.command_words import CommandError, command_words  # as in the hook

    alerts = config.alerts
    told = (alerts.command, alerts.webhook, alerts.webhook_env)
    if any(told) and not alerts.watches:
        yield _warning("alerts", "there is no rule, so no alert is ever sent: add one, such as spend")
    if alerts.command is not None:
        try:
            if shutil.which(command_words(alerts.command)[0]) is None:
                yield _error("alerts.command", "it names no program that can be run: correct it")
        except CommandError as error:
            yield _error("alerts.command", str(error))
    if alerts.webhook_env is not None and not keys.has_variable(alerts.webhook_env):
        yield _warning("alerts.webhook_env", f"{alerts.webhook_env} is not set: no alert is sent there")
    if alerts.webhook is not None and _is_unencrypted(alerts.webhook):
        yield _warning("alerts.webhook", "it is http, so the address travels unencrypted: use https")


def _check_sinks(config: Config, keys: KeyRing) -> Iterator[Finding]:
    for name, table in config.sinks.items():
        location = dotted(("sinks", name))
        try:
            address = sink_address(name, table, keys.variable)
        except ConfigError as error:
            yield _warning(location, str(error).removeprefix(f"{location} "))
            continue
        if _is_unencrypted(address.url) and (table.key_env or table.headers or table.content):
            yield _warning(location, "its endpoint is http, so what it gets travels unencrypted: use https")


def _check_shared(config: Config, keys: KeyRing) -> Iterator[Finding]:
    table = config.shared
    servers = (("cache", table.cache, table.cache_env), ("limits", table.limits, table.limits_env))
    for name, url, variable in servers:
        try:
            address = server_address(name, url, variable, keys.variable)
        except ConfigError as error:
            yield _error(f"shared.{name}_env", str(error).removeprefix(f"shared.{name}_env "))
            continue
        if address is not None and address.startswith("redis://") and not is_on_this_machine(address):
            yield _warning(f"shared.{name}", "it is redis://, so what is shared travels unencrypted: use rediss://")


def _check_tiers(config: Config, routes: Routes) -> Iterator[Finding]:
    for name, models in config.tiers.items():
        for model in models:
            yield from _check_model(dotted(("tiers", name)), model, routes)
    try:
        tiers = routes.tiers
    except ConfigError as error:
        if not config.efforts.keys() <= {*config.tiers, *SHIPPED_TIERS}:
            yield _error("efforts", str(error))
        return  # else it is reported above, model by model
    yield from _check_thinking(tiers.get("simple", ()), routes)
    for name, candidates in tiers.items():
        if not any(model.provider in routes.available or model.buy == "cheapest" for model in candidates):
            variables = dict.fromkeys(
                routes.endpoints[model.provider].key_env or model.provider for model in candidates
            )
            yield _warning(dotted(("tiers", name)), f"none of its providers has a key: set {' or '.join(variables)}")


def _check_thinking(cheap: Sequence[ModelRef], routes: Routes) -> Iterator[Finding]:
    """Warn of models of the cheap tier that think unless they are told not to: that multiplies the cost of a label."""
    for model in cheap:
        efforts = accepted_efforts(routes.endpoints[model.provider], model.model)
        if model.effort_of(None) is None and efforts:
            yield _warning(
                "tiers.simple", f"{model.id} may think at its vendor's own effort, which is billed: set "
                f'efforts.simple = "{efforts[0]}", or name it {model.id}@{efforts[0]}',
            )  # fmt: skip


def _check_models(config: Config, routes: Routes) -> Iterator[Finding]:
    for name, table in config.models.items():
        location = dotted(("models", name))
        yield from _check_model(location, name, routes)
        seller = (table.same_as or name).partition("/")[0]
        if seller not in routes.endpoints:
            yield _error(location, f"same_as names {seller}, and there is no such provider: see `scrimp models --all`")
        if table.price is not None and (table.price.input is None or table.price.output is None):
            yield _warning(
                location, "price lacks input or output, so calls with such tokens have an unknown cost: add it"
            )
        if table.path is not None and not expanded(table.path, f'[models."{name}"] path').is_file():
            yield _error(f"{location}.path", f"there is no file {table.path}: correct it")


def _check_chains(config: Config, routes: Routes) -> Iterator[Finding]:
    for name, table in config.chains.items():
        location = dotted(("chains", name))
        yield from _check_call(location, routes.chain, name)
        for step in table.steps:
            if "/" in step:
                yield from _check_model(location, step, routes, report_unknown=False)
        yield from _lint_chain(location, name, routes)


def _lint_chain(location: str, name: str, routes: Routes) -> Iterator[Finding]:
    from scrimp.config.resolved.chain_lint import chain_warnings  # only where there are chains

    try:
        chain = routes.chain(name)
    except ConfigError:
        return  # reported above
    yield from (_warning(location, message) for message in chain_warnings(chain, routes.available))


def _check_rules(config: Config, routes: Routes) -> Iterator[Finding]:
    from scrimp.routing.rules import check_rules  # only where there are rules

    yield from _check_call("rules", check_rules, routes.rules())
    for number, rule in enumerate(config.rules, 1):
        location = f"rule {number}"
        if rule.tier is not None:
            yield from _check_call(location, routes.tier_chain, rule.tier)
        if rule.chain is not None:
            yield from _check_call(location, routes.chain, rule.chain)
        if rule.model is not None:
            yield from _check_model(location, rule.model, routes)


def _check_model(location: str, name: str, routes: Routes, *, report_unknown: bool = True) -> Iterator[Finding]:
    """Check a model's name; `report_unknown` is false if a finding already says that it does not resolve."""
    try:
        model = routes.model(name)
    except ConfigError as error:
        if report_unknown:
            yield _error(location, str(error))
        return
    if end := retirement_of(model.model):
        yield _warning(location, f"{name} retires or retired {end.when}: use {end.replacement}")
    elif message := _misspelling(model):
        yield _warning(location, message)


def _misspelling(model: ModelRef) -> str | None:
    """Return a message if an unknown name is close to a known one of the same provider."""
    known = [name for name in known_models() if name.partition("/")[0] == model.provider]
    if not known or model.without_arm in known or model.provider == "local":
        return None
    near = closest_name(model.without_arm, known, cutoff=0.9)
    return f"scrimp does not know {model.without_arm}: did you mean {near}?" if near else None


def _check_permissions(paths: Paths) -> Iterator[Finding]:
    yield from _check_mode(paths.config, _OTHERS_WRITE, str(paths.config), "change")
    for path in (paths.data, paths.cache_db, paths.ledger_db):
        yield from _check_mode(path, _OTHERS_READ, str(path), "read")


def _check_mode(path: Path, bits: int, location: str, verb: str) -> Iterator[Finding]:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        yield _error(location, f"{path} cannot be examined ({error.strerror}): correct its permissions")
        return
    if mode & bits:
        yield _warning(location, f"others can {verb} {path}: run chmod go-{'w' if verb == 'change' else 'rwx'} on it")
