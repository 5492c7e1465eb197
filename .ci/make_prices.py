"""Make the price table of the wheel from genai-prices' data: `make_prices.py`; `--check` says whether it is stale."""

from __future__ import annotations

import sys
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "src"))

from scrimp.prices import table  # noqa: E402 - the package under construction is found first
from scrimp.prices.sources import genai_package, genai_prices  # noqa: E402

# The package does not give the day of its data; this is the day on which its release was read.
DATES = {"0.2.3": "2026-11-09"}


def main() -> int:
    data = table.compressed(build())
    if "--check" not in sys.argv[1:]:
        table.SHIPPED.write_bytes(data)
        print(f"{table.SHIPPED.relative_to(ROOT)}: {len(data)} bytes")
        return 0
    # Compressors differ from machine to machine; the data must not.
    stale = table.decompress(table.SHIPPED.read_bytes()) != table.decompress(data)
    print("the price table is stale: run .ci/make_prices.py" if stale else "the price table is up to date")
    return int(stale)


def build() -> table.PriceTableFile:
    data, version = genai_package.package_data()
    if version not in DATES:
        sys.exit(f"genai-prices {version} is new: add the date of its data to DATES")
    license_text = distribution("genai-prices").read_text("licenses/LICENSE")
    if not license_text:
        sys.exit("genai-prices has no licenses/LICENSE, and the table must include it: look for the file's new path")
    return table.PriceTableFile(
        date=DATES[version],
        source=f"genai-prices {version} (https://github.com/pydantic/genai-prices)",
        license=license_text,
        providers=table.encoded_providers(genai_prices.providers_of(data)),
        format_version=table.FORMAT_VERSIONS[-1],
    )


if __name__ == "__main__":
    raise SystemExit(main())
