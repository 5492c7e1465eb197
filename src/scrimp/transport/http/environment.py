"""What the variables of proxies and certificates change: a sentence for each that is set, without a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from scrimp.transport.http.certificates import (
    CERTIFICATES,
    accepted_certificates,
    certificate_variables,
    certificates_of,
)
from scrimp.transport.http.client import engine_url, refusal
from scrimp.transport.http.no_proxy import parse_no_proxy
from scrimp.transport.http.proxies import NO_PROXY, PROXIES, proxy_named_by, proxy_variables, variable_in_force
from scrimp.units import pluralize

_CALLED = {
    "http": "http addresses are called",
    "https": "https addresses are called",
    "all": "every other address is called",
}


def connection_effects(env: Mapping[str, str]) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield each variable that is set, with what returns its effect; it raises ConfigError for an unusable value."""
    for scheme, name in PROXIES.items():
        for variable in _set_forms(name, env):
            yield variable, partial(_proxy_effect, variable, scheme, env)
    for variable in _set_forms(NO_PROXY, env):
        yield variable, partial(_no_proxy_effect, variable, env)
    for variable in CERTIFICATES:
        if env.get(variable):
            yield variable, partial(_certificate_effect, variable, env)


def _set_forms(name: str, env: Mapping[str, str]) -> list[str]:
    return [form for form in (name.lower(), name) if env.get(form, "").strip()]


def _proxy_effect(variable: str, scheme: str, env: Mapping[str, str]) -> str:
    used = proxy_variables(env)
    if variable != used.get(scheme):
        return f"no effect: {used[scheme]} goes first" if scheme in used else "no effect in a CGI script"
    proxy = proxy_named_by(variable, env)
    engine_url(proxy)
    if scheme == "all" and len(used) == len(PROXIES):
        return "no effect: each kind of address has a proxy of its own"
    return f"{'every address is called' if [*used] == ['all'] else _CALLED[scheme]} through {proxy.shown}"


def _no_proxy_effect(variable: str, env: Mapping[str, str]) -> str:
    if (used := variable_in_force(env, NO_PROXY)) != variable:
        return f"no effect: {used} goes first"
    if not proxy_variables(env):
        return "no effect: no proxy is set"
    no_proxy = parse_no_proxy(env[variable])
    unusable = f"; no host can match {', '.join(no_proxy.unusable)}" if no_proxy.unusable else ""
    return f"called without a proxy: {', '.join(no_proxy.entries) or 'nothing'}{unusable}"


def _certificate_effect(variable: str, env: Mapping[str, str]) -> str:
    used = certificate_variables(env)
    if variable not in used:
        return f"no effect: {used[0]} goes first"
    certificates = certificates_of(variable, env)
    left_out: list[str] = []
    accepted = accepted_certificates(certificates, refusal, left_out.append)
    unusable = f"; {len(left_out)} cannot be used" if left_out else ""
    return f"{pluralize(len(accepted), 'certificate')} of {env[variable]} trusted beside the usual ones{unusable}"
