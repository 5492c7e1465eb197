"""What went wrong on the wire, as the failure of a call: exceptions of the engine, and replies without an end."""

from __future__ import annotations

from urllib.parse import urlsplit

from pyreqwest.exceptions import BuilderError, PyreqwestError, RequestTimeoutError

from scrimp.providers.endpoint import Endpoint
from scrimp.transport.http.certificates import advice_on_refusal
from scrimp.transport.http.proxies import Proxies, Proxy
from scrimp.values import Failure

_LOCKED_PROXY = "proxy authorization required"  # of the engine, where a proxy answers 407 instead of a tunnel
_OLD_TLS = "ProtocolVersion"  # the alert of a server that has no version in common with the engine


def failure_of(endpoint: Endpoint, error: Exception, cause: BaseException | None, proxies: Proxies) -> Failure:
    """Return the failure an exception means; raise it again if it is neither from the engine nor about the URL."""
    if isinstance(cause, BuilderError) or (cause is None and _is_url_error(error)):
        message = f"{endpoint.name} has an unusable base_url ({error}): correct it"
        return Failure(kind="invalid", message=message, sent=False)
    if isinstance(error, TimeoutError):
        return _timed_out(endpoint.name)
    if not isinstance(cause, PyreqwestError):
        raise error
    if any("(Connect)" in reason for reason in _reasons(cause)):
        return _unreachable(endpoint, cause, proxies)
    # Silence after the request was sent raises ConnectTimeoutError, too: only "(Connect)" proves that it was not.
    return (
        _timed_out(endpoint.name) if isinstance(cause, RequestTimeoutError) else _connection_lost(endpoint.name, cause)
    )


def _is_url_error(error: Exception) -> bool:
    return isinstance(error, ValueError) or type(error).__name__ in ("InvalidURL", "UnsupportedProtocol")


def _unreachable(endpoint: Endpoint, error: PyreqwestError, proxies: Proxies) -> Failure:
    parts = urlsplit(endpoint.base_url)
    proxy = proxies.proxy_of(parts.scheme, parts.hostname or "", parts.port)
    reason = innermost_reason(error)
    address, advice = _host(endpoint.base_url), "check the network, or base_url"
    if proxy is not None:
        address += f" through {proxy.shown}"
        advice = f"check {proxy.variable}, or name {parts.hostname} in NO_PROXY"
        if _LOCKED_PROXY in reason:
            return _locked_proxy(endpoint.name, proxy)
    if _OLD_TLS in reason:
        advice = "it must offer TLS 1.2 or 1.3"
    advice = advice_on_refusal(reason) or advice
    message = f"{endpoint.name} could not be reached at {address} ({reason}): {advice}"
    return Failure(kind="network", message=message, sent=False)


def _locked_proxy(name: str, proxy: Proxy) -> Failure:
    message = (
        f"the proxy before {name} wants a user and a password (407); put USER:PASSWORD@, or the right ones, before its "
        f"host in {proxy.variable}"
    )
    return Failure(kind="auth", http=407, message=message, sent=False)


def _timed_out(name: str) -> Failure:
    return Failure(kind="timeout", message=f"{name} did not answer in time: try again, or raise --timeout")


def reply_too_long(name: str, limit: int) -> Failure:
    """Return the failure of a reply that is not read to its end: the same request may cost as much again."""
    message = f"the reply of {name} is longer than {limit >> 20} MB: the call may have been billed; ask for less text"
    return Failure(kind="server", message=message, retry_hint=False)


def _connection_lost(name: str, error: PyreqwestError) -> Failure:
    message = (
        f"the connection to {name} broke before the reply was complete ({innermost_reason(error)}): the call may "
        "have been billed; rerun the same command to resume"
    )
    return Failure(kind="network", message=message)


def _host(url: str) -> str:
    """Return only scheme, host and port: a base URL may contain a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def innermost_reason(error: PyreqwestError) -> str:
    """Return the innermost reason of an exception; the outer ones repeat the URL."""
    return ([*_reasons(error)] or [str(error) or type(error).__name__])[-1].removesuffix(".")[:200]


def _reasons(error: PyreqwestError) -> list[str]:
    details = getattr(error, "details", None) or {}
    return [str(cause.get("message", "")) for cause in details.get("causes") or []]
