"""Certificate authorities that the environment adds to the trusted ones, in the variables other tools read too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from scrimp.errors import ConfigError

_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_BEGIN = b"-----BEGIN CERTIFICATE-----"


def extra_certificates(env: Mapping[str, str]) -> Iterator[bytes]:
    """Yield each PEM certificate of the bundle named by the first variable that is set."""
    for variable in _VARIABLES:
        if path := env.get(variable):
            yield from _certificates(variable, Path(path))
            return


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
