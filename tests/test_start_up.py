"""What every start pays for: modules, and the types of records that msgspec reads from the config and the cache."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from msgspec import Struct, inspect

from scrimp.config.schema import Config
from scrimp.values import Answer, Parameters


def structs_in(kind: object, seen: set[type[Struct]]) -> Iterator[type[Struct]]:
    """Yield each struct that a type is made of, once."""
    if isinstance(kind, inspect.StructType):
        if kind.cls in seen:
            return
        seen.add(kind.cls)
        yield kind.cls
        for field in kind.fields:
            yield from structs_in(field.type, seen)
    elif isinstance(kind, inspect.Type):
        for name in kind.__struct_fields__:
            yield from structs_in(getattr(kind, name), seen)
    elif isinstance(kind, tuple):
        for each in kind:
            yield from structs_in(each, seen)


@pytest.mark.parametrize("record", [Config, Answer, Parameters])
def test_no_type_of_a_field_is_text_that_would_be_compiled_at_every_start(record: type[Struct]) -> None:
    found = list(structs_in(inspect.type_info(record), set()))

    assert [each for each in found if any(isinstance(kind, str) for kind in each.__annotations__.values())] == []
    assert record in found


def test_the_tables_of_the_config_and_the_calls_of_an_answer_are_among_them() -> None:
    of_config, of_answer = (
        {each.__name__ for each in structs_in(inspect.type_info(record), set())} for record in (Config, Answer)
    )

    assert {"Defaults", "ProviderTable", "SharedTable", "SinkTable", "AlertsTable", "Rates"} <= of_config
    assert {"Usage", "CallUsage", "Compression", "AttemptSummary", "TooDear"} <= of_answer


def test_modules_that_msgspec_is_imported_without_are_imported_as_ever_afterwards() -> None:
    code = (
        "import sys, scrimp.__main__ as entry; entry._import_msgspec_alone(); "
        "assert not {'platform', 'typing_extensions', 'textwrap'} & sys.modules.keys(); "
        "import msgspec; schema = msgspec.json.schema(type('A', (msgspec.Struct,), {'__doc__': 'a\\n    b'})); "
        "assert schema['$defs']['A']['description'] == 'a\\nb', schema; "
        "import platform, textwrap, typing_extensions, uuid; uuid.uuid1(); textwrap.fill('a'); "
        "print(platform.python_implementation())"
    )

    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == (f"{sys.implementation.name}\n".replace("cpython", "CPython"), "")


@pytest.mark.parametrize(
    ("module", "others"),
    [
        ("scrimp.engines.processes.run", {"asyncio", "concurrent.futures", "logging", "ssl"}),  # before workers start
        ("scrimp.cli.asking.ask_prompt", {"hashlib", "html", "scrimp.read.context", "scrimp.read.inputs.sources"}),
    ],
)
def test_what_starts_workers_or_asks_loads_nothing_that_it_may_not_need(module: str, others: set[str]) -> None:
    code = f"import sys, {module}; print(sorted({others} & sys.modules.keys()))"

    ran = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
