"""Files that describe the tables beside them, such as the card of a data set: no one means them as prompts."""

from __future__ import annotations

from pathlib import PurePath

TABLE_FORMATS = frozenset({"jsonl", "csv", "tsv", "parquet"})
_DOCUMENTS = frozenset({"changelog", "citation", "contributing", "licence", "license", "notice"})
_METADATA = frozenset({"dataset_dict.json", "dataset_info.json", "dataset_infos.json", "state.json"})


def is_description(name: str) -> bool:
    """Return whether a file has the name of what describes the tables in its directory."""
    name = PurePath(name).name.lower().removesuffix(".gz")
    return name in _METADATA or name.startswith("readme") or PurePath(name).stem in _DOCUMENTS
