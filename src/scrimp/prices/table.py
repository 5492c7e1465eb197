"""A price table on disk: read at once, each provider's rows decoded only when one of them is asked for."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from scrimp.errors import ConfigError
from scrimp.prices.model_names import resolve
from scrimp.prices.price_row import PriceRow

HERE = Path(__file__).parent
SHIPPED = HERE / "table.json.gz"
CORRECTIONS = HERE / "corrections.json"
GZIP_MAGIC = b"\x1f\x8b"
FORM = 1  # a table of another form was made for another scrimp

Decoded = TypeVar("Decoded")


class PriceTableFile(Struct, omit_defaults=True):
    """The outermost form of a table: whose data it is, of which day, and the rows of each provider."""

    date: str
    source: str
    licence: str
    providers: dict[str, Raw]
    form: int = FORM


class ProviderPricesFile(Struct, omit_defaults=True):
    """One provider's rows, with the names that mean them."""

    rows: dict[str, Raw]
    names: dict[str, str] = {}
    stems: dict[str, str] = {}


class ProviderPrices:
    """One provider's rows, each decoded when it is found."""

    def __init__(self, file: ProviderPricesFile, path: Path) -> None:
        self.names = {row.lower(): row for row in file.rows} | file.names
        self._rows = file.rows
        self._stems = file.stems
        self._path = path

    def find(self, model: str) -> tuple[str, str] | None:
        """Return the id of the row a model's name means and the rule that found it."""
        found = resolve(model, self.names, self._stems)
        # A name may be known for a model that is not priced by text tokens: that one has no row.
        return found if found and found[0] in self._rows else None

    def row(self, model: str) -> PriceRow:
        """Return the row with this id."""
        return _decoded(self._rows[model], PriceRow, self._path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)


class PriceTable:
    """All prices of one file."""

    def __init__(self, file: PriceTableFile, path: Path) -> None:
        self.date = file.date
        self.source = file.source
        self.providers = tuple(file.providers)
        self._raw = file.providers
        self._shelves: dict[str, ProviderPrices] = {}
        self._path = path

    def shelf(self, provider: str) -> ProviderPrices | None:
        """Return a provider's rows, or None where the table has none."""
        if provider not in self._raw:
            return None
        if provider not in self._shelves:
            self._shelves[provider] = ProviderPrices(
                _decoded(self._raw[provider], ProviderPricesFile, self._path), self._path
            )
        return self._shelves[provider]


def read(path: Path) -> PriceTable:
    """Read a table, plain or gzipped."""
    try:
        data = unpacked(path.read_bytes())
    except (OSError, zlib.error) as error:
        raise _unreadable(path, error) from error
    file = _decoded(data, PriceTableFile, path)
    if file.form != FORM:
        raise ConfigError(
            f"the price table {path} has form {file.form}, this scrimp reads form {FORM}: delete the table"
        )
    return PriceTable(file, path)


def unpacked(data: bytes) -> bytes:
    """Return the JSON of a table, whether it was gzipped or not."""
    return zlib.decompress(data, wbits=zlib.MAX_WBITS | 16) if data.startswith(GZIP_MAGIC) else data


def _decoded(data: bytes | Raw, form: type[Decoded], path: Path) -> Decoded:
    try:
        return msgspec.json.decode(data, type=form)
    except msgspec.DecodeError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> ConfigError:
    return ConfigError(f"the price table {path} cannot be read ({error}): fetch it again, or delete it")
