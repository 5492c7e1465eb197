"""Certificate authorities that the environment adds to the trusted ones, in the variables other tools read too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from scrimp.errors import ConfigError

_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_BEGIN = b"-----BEGIN CERTIFICATE-----"


def extra_certificates(env: Mapping[str, str]) -> Iterator[bytes]:
    """Yield each PEM certificate of the bundle named by the first variable that is set."""
    if bundle := _bundle(env):
        yield from _certificates(*bundle)


def check_certificates(env: Mapping[str, str], certificates: Sequence[bytes], refusal: Callable[[bytes], str]) -> None:
    """Raise ConfigError for the first certificate of the bundle that is refused; `refusal` returns why."""
    variable, path = _bundle(env) or ("", Path())
    for number, certificate in enumerate(certificates, 1):
        if reason := refusal(certificate):
            raise ConfigError(
                f"{variable} names {path}, whose certificate {number} cannot be used ({reason}): correct it or unset it"
            )


def _bundle(env: Mapping[str, str]) -> tuple[str, Path] | None:
    return next(((variable, Path(path)) for variable in _VARIABLES if (path := env.get(variable))), None)


def _certificates(variable: str, path: Path) -> Iterator[bytes]:
    try:
        pem = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{variable} names {path}, which cannot be read ({error.strerror}): correct it or unset it"
        ) from error
    blocks = pem.split(_BEGIN)[1:]
    if not blocks:
        raise ConfigError(f"{variable} names {path}, which contains no PEM certificate: correct it or unset it")
    for block in blocks:
        yield _BEGIN + block
