"""Certificate authorities that the environment adds to the trusted ones, in the variables other tools read too."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from scrimp.errors import ConfigError

# The first that is set names a file; a directory is read as well, as OpenSSL does.
_FILES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_DIRECTORY = "SSL_CERT_DIR"
CERTIFICATES = (*_FILES, _DIRECTORY)
_REFUSED = "invalid peer certificate"  # rustls, of a server
_SEPARATOR = ":"  # between directories
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"


class Certificate(Struct, frozen=True):
    """A PEM certificate, and where it stands."""

    pem: bytes
    variable: str
    path: Path
    number: int  # in the file, from 1


def extra_certificates(env: Mapping[str, str]) -> list[Certificate]:
    """Return every certificate that the environment names, each once; raise ConfigError if it names none."""
    named = [each for variable in certificate_variables(env) for each in certificates_of(variable, env)]
    return _each_once(named)


def certificate_variables(env: Mapping[str, str]) -> list[str]:
    """Return the variables in force: the first that names a file, and that of directories."""
    file = next((variable for variable in _FILES if env.get(variable)), None)
    return [variable for variable in (file, _DIRECTORY) if variable and env.get(variable)]


def certificates_of(variable: str, env: Mapping[str, str]) -> list[Certificate]:
    """Return the certificates that a variable names, each once; raise ConfigError if there is none."""
    named = env[variable]
    files = _files_in(named.split(_SEPARATOR)) if variable == _DIRECTORY else [Path(named)]
    return _each_once(_read(variable, named, files))


def accepted_certificates(
    certificates: Sequence[Certificate], refusal: Callable[[bytes], str], warn: Callable[[str], None]
) -> list[Certificate]:
    """Return the certificates that are not refused; `refusal` returns why one is, or nothing.

    One of many in a directory is left out with a warning, as OpenSSL passes over it. Raise ConfigError for one in a
    file, and where nothing of a directory is left.
    """
    refused = {each: reason for each in certificates if (reason := refusal(each.pem))}
    accepted = [each for each in certificates if each not in refused]
    for each, reason in refused.items():
        message = f"{each.variable} names {each.path}, whose certificate {each.number} cannot be used ({reason})"
        if each.variable != _DIRECTORY or not any(other.variable == _DIRECTORY for other in accepted):
            raise ConfigError(f"{message}: correct it or unset it")
        warn(f"{message}: it is left out")
    return accepted


def advice_on_refusal(reason: str) -> str | None:
    """Return advice on why the engine refuses a server's certificate; None for any other error."""
    if _REFUSED not in reason:
        return None
    if "UnknownIssuer" in reason:
        return f"name a file with the authority of its certificate in {_FILES[0]}"
    if "CaUsedAsEndEntity" in reason:
        return "its certificate is that of an authority: give it one with basicConstraints=CA:FALSE"
    return "its certificate is not valid: correct it"


def _each_once(certificates: Iterable[Certificate]) -> list[Certificate]:
    return list({certificate.pem: certificate for certificate in certificates}.values())


def _read(variable: str, named: str, files: Iterable[Path]) -> Iterator[Certificate]:
    """Yield the certificates of a file, or of the files in a directory."""
    found = False
    try:
        for path in files:
            for number, block in enumerate(path.read_bytes().split(_BEGIN)[1:], 1):
                found = True
                yield Certificate(_BEGIN + block.partition(_END)[0] + _END + b"\n", variable, path, number)
    except OSError as error:
        raise ConfigError(
            f"{variable} names {named}, which cannot be read ({error.strerror}): correct it or unset it"
        ) from error
    if not found:
        raise ConfigError(f"{variable} names {named}, which contains no PEM certificate: correct it or unset it")


def _files_in(directories: Sequence[str]) -> Iterator[Path]:
    """Yield the files of directories; of several, those that do not exist are passed over, as OpenSSL does."""
    for directory in map(Path, filter(None, directories)):
        if len(directories) == 1 or directory.is_dir():
            yield from sorted(path for path in directory.iterdir() if path.is_file() and os.access(path, os.R_OK))
