"""What is likely to go wrong with a config that loads: names nobody knows, keys that are missing, files too open."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

from msgspec import Struct

from scrimp.config.api_keys import KeyRing, missing_key_message
from scrimp.config.endpoints import endpoint_of
from scrimp.config.load import LoadedConfig
from scrimp.config.paths import Paths
from scrimp.config.routes import Routes
from scrimp.config.schema import Config, ProviderTable
from scrimp.config.validation_errors import dotted, nearest
from scrimp.errors import ConfigError
from scrimp.providers.endpoint import Endpoint
from scrimp.providers.models import known_models, retirement_of
from scrimp.values import ModelRef

_Given = TypeVar("_Given")
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_LOOPBACK = ("http://localhost", "http://127.0.0.1", "http://[::1]")


class Finding(Struct, frozen=True):
    """One thing to look at; an error stops some run, a warning may cost money or a key."""

    level: Literal["error", "warning"]
    where: str
    message: str


def check(loaded: LoadedConfig, keys: KeyRing, paths: Paths) -> list[Finding]:
    """Return everything found, in the order of the file; no command is run and nobody is called."""
    config = loaded.config
    findings = list(_check_providers(config, keys))
    if not findings or all(finding.level == "warning" for finding in findings):
        # Every route goes through the providers: while one of them is wrong, the rest would only repeat it.
        routes = Routes(config, keys)
        findings += [*_check_defaults(config, routes), *_check_tiers(config, routes), *_check_models(config, routes)]
        findings += [*_check_chains(config, routes), *_check_rules(config, routes)]
    return findings + list(_check_permissions(paths))


def _error(where: str, message: str) -> Finding:
    return Finding("error", where, message)


def _warning(where: str, message: str) -> Finding:
    return Finding("warning", where, message)


def _check_call(where: str, attempt: Callable[[_Given], object], given: _Given) -> Iterator[Finding]:
    try:
        attempt(given)
    except ConfigError as error:
        yield _error(where, str(error).removeprefix(f"{where}: "))


def _check_providers(config: Config, keys: KeyRing) -> Iterator[Finding]:
    for name, table in config.providers.items():
        where = dotted(("providers", name))
        try:
            endpoint = endpoint_of(name, table)
        except ConfigError as error:
            yield _error(where, str(error).removeprefix(f"{where}: "))
            continue
        if not keys.has(endpoint):
            yield _warning(where, missing_key_message(endpoint))
        if _sends_a_key(endpoint, table) and _is_unencrypted(endpoint.base_url):
            yield _warning(where, "base_url is http, so the key travels unencrypted: use https")
        if table.key_file:
            yield from _check_mode(Path(table.key_file).expanduser(), _OTHERS_READ, f"{where}.key_file", "read")


def _sends_a_key(endpoint: Endpoint, table: ProviderTable) -> bool:
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
    yield from _check_model("defaults.baseline", defaults.baseline, routes)


def _check_tiers(config: Config, routes: Routes) -> Iterator[Finding]:
    for name, models in config.tiers.items():
        for model in models:
            yield from _check_model(dotted(("tiers", name)), model, routes)
    try:
        tiers = routes.tiers
    except ConfigError:
        return  # said above, model by model
    for name, candidates in tiers.items():
        if not any(model.provider in routes.available for model in candidates):
            wanted = dict.fromkeys(routes.endpoints[model.provider].key_env or model.provider for model in candidates)
            yield _warning(dotted(("tiers", name)), f"no provider of it has a key: set {' or '.join(wanted)}")


def _check_models(config: Config, routes: Routes) -> Iterator[Finding]:
    for name, table in config.models.items():
        where = dotted(("models", name))
        yield from _check_model(where, name, routes)
        if table.price is not None and (table.price.input is None or table.price.output is None):
            yield _warning(where, "price lacks input or output: calls that use such tokens have an unknown cost")
        if table.path is not None and not Path(table.path).expanduser().is_file():
            yield _error(f"{where}.path", f"there is no file {table.path}: correct it")


def _check_chains(config: Config, routes: Routes) -> Iterator[Finding]:
    for name, table in config.chains.items():
        where = dotted(("chains", name))
        yield from _check_call(where, routes.chain, name)
        for step in table.steps:
            if "/" in step:
                yield from _check_model(where, step, routes, again=True)
        yield from _lint_chain(where, name, routes)


def _lint_chain(where: str, name: str, routes: Routes) -> Iterator[Finding]:
    from scrimp.config.chain_lint import chain_warnings  # noqa: PLC0415 - only where there are chains

    try:
        chain = routes.chain(name)
    except ConfigError:
        return  # said above
    yield from (_warning(where, doubt) for doubt in chain_warnings(chain, routes.available))


def _check_rules(config: Config, routes: Routes) -> Iterator[Finding]:
    from scrimp.routing.decide import Rule, check_rules  # noqa: PLC0415 - brings the word lists

    rules = [Rule(**{name: getattr(each, name) for name in each.__struct_fields__}) for each in config.rules]
    yield from _check_call("rules", check_rules, rules)
    for number, rule in enumerate(config.rules, 1):
        where = f"rule {number}"
        if rule.tier is not None:
            yield from _check_call(where, routes.tier_chain, rule.tier)
        if rule.chain is not None:
            yield from _check_call(where, routes.chain, rule.chain)
        if rule.model is not None:
            yield from _check_model(where, rule.model, routes)


def _check_model(where: str, name: str, routes: Routes, *, again: bool = False) -> Iterator[Finding]:
    """Look at a model's name; `again`: that it resolves at all has been said."""
    try:
        model = routes.model(name)
    except ConfigError as error:
        if not again:
            yield _error(where, str(error))
        return
    if end := retirement_of(model.model):
        yield _warning(where, f"{name} retires or retired {end.when}: use {end.replacement}")
    elif hint := _misspelling(model):
        yield _warning(where, hint)


def _misspelling(model: ModelRef) -> str | None:
    """Doubt a name that is nearly one we know, at a provider whose models we know."""
    known = [each for each in known_models() if each.partition("/")[0] == model.provider]
    if not known or model.id in known or model.provider == "local":
        return None
    near = nearest(model.id, known, cutoff=0.9)
    return f"{model.id} is not known here: did you mean {near}?" if near else None


def _check_permissions(paths: Paths) -> Iterator[Finding]:
    yield from _check_mode(paths.config, _OTHERS_WRITE, str(paths.config), "change")
    for path in (paths.data, paths.cache_db, paths.ledger_db):
        yield from _check_mode(path, _OTHERS_READ, str(path), "read")


def _check_mode(path: Path, bits: int, where: str, verb: str) -> Iterator[Finding]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    except OSError as error:
        yield _error(where, f"{path} cannot be looked at ({error.strerror}): correct its permissions")
        return
    if found.st_mode & bits:
        yield _warning(where, f"others can {verb} {path}: chmod go-{'w' if verb == 'change' else 'rwx'} it")
