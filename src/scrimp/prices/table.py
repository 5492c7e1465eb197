"""A price table on disk: read at once, each provider's rows decoded only when one of them is looked up."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct, field

from scrimp.errors import ConfigError
from scrimp.prices.model_names import resolve
from scrimp.prices.price_row import PriceRow

FOLDER = Path(__file__).parent
SHIPPED = FOLDER / "table.json.gz"
CORRECTIONS = FOLDER / "corrections.json"
GZIP_MAGIC = b"\x1f\x8b"
# A table of another version was made for another scrimp. The second one has audio, searches and thinking output.
FORMAT_VERSIONS = (1, 2)

_MOST_BYTES = 64 << 20  # of a table; the largest published one has 4 MB

Decoded = TypeVar("Decoded")


class PriceTableFile(Struct, omit_defaults=True):
    """The file of a table: source, day and license of its data, and the rows of each provider."""

    date: str
    source: str
    license: str = field(name="licence")  # the key in the file
    providers: dict[str, Raw]
    format_version: int = field(name="form", default=FORMAT_VERSIONS[0])


class ProviderPricesFile(Struct, omit_defaults=True):
    """One provider's rows in the file, with the names and stems that resolve to them."""

    rows: dict[str, Raw]
    names: dict[str, str] = {}
    stems: dict[str, str] = {}


class ProviderPrices:
    """One provider's rows, each decoded when it is looked up."""

    def __init__(self, file: ProviderPricesFile, path: Path) -> None:
        self.file = file
        self.names = {row.lower(): row for row in file.rows} | file.names
        self._rows = file.rows
        self._stems = file.stems
        self._path = path

    def find(self, model: str) -> tuple[str, str] | None:
        """Return the id of the row for a model's name and the rule that found it; None if there is none.

        The row itself may be missing: that of a model which is not priced by tokens, or that of another table.
        """
        return resolve(model, self.names, self._stems)

    def has_row(self, model: str) -> bool:
        """Return whether there is a row with this id."""
        return model in self._rows

    def raw_row(self, model: str) -> bytes | None:
        """Return a row as it is in the file; None if there is none."""
        return bytes(self._rows[model]) if model in self._rows else None

    def row(self, model: str) -> PriceRow:
        """Return the row with this id."""
        return _decode(self._rows[model], PriceRow, self._path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)


class PriceTable:
    """All prices of one file."""

    def __init__(self, file: PriceTableFile, path: Path) -> None:
        self.file = file
        self.date = file.date
        self.source = file.source
        self.providers = tuple(file.providers)
        self._files = file.providers
        self._decoded: dict[str, ProviderPrices] = {}
        self._path = path

    def with_providers(self, providers: dict[str, Raw]) -> PriceTable:
        """Return a table that has these rows instead."""
        return PriceTable(msgspec.structs.replace(self.file, providers=providers), self._path)

    def provider_prices(self, provider: str) -> ProviderPrices | None:
        """Return a provider's rows; None if the table has none."""
        if provider not in self._files:
            return None
        if provider not in self._decoded:
            self._decoded[provider] = ProviderPrices(
                _decode(self._files[provider], ProviderPricesFile, self._path), self._path
            )
        return self._decoded[provider]


def load_table(path: Path) -> PriceTable:
    """Read a table, plain or gzipped."""
    try:
        data = decompress(path.read_bytes())
    except (OSError, zlib.error) as error:
        raise _unreadable(path, error) from error
    file = _decode(data, PriceTableFile, path)
    return checked(file, path)


def checked(file: PriceTableFile, path: Path) -> PriceTable:
    """Return the table of a file whose format this scrimp reads."""
    if file.format_version not in FORMAT_VERSIONS:
        raise ConfigError(
            f"the price table {path} has format {file.format_version}, and this scrimp reads formats up to "
            f"{FORMAT_VERSIONS[-1]}: delete the table"
        )
    return PriceTable(file, path)


def encoded_providers(providers: Mapping[str, ProviderPricesFile]) -> dict[str, Raw]:
    """Return each provider's rows as they are in the file."""
    return {name: Raw(msgspec.json.encode(file)) for name, file in providers.items()}


def compressed(file: PriceTableFile) -> bytes:
    """Return the bytes of a table's file; the same table gives the same bytes on one machine."""
    import gzip  # tables are rarely written

    return gzip.compress(msgspec.json.encode(file), compresslevel=9, mtime=0)


def decompress(data: bytes) -> bytes:
    """Return the JSON of a table, whether it was gzipped or not; zlib.error where it is damaged, or beyond any use."""
    if not data.startswith(GZIP_MAGIC):
        return data
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    text = reader.decompress(data, _MOST_BYTES)
    if not reader.eof:
        raise zlib.error("it is longer than 64 MB" if reader.unconsumed_tail else "its end is missing")
    return text


def _decode(data: bytes | Raw, kind: type[Decoded], path: Path) -> Decoded:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> ConfigError:
    return ConfigError(
        f"the price table {path} cannot be read ({error}): delete it, to use the table that scrimp ships with"
    )
