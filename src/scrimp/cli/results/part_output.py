"""An output that is a directory of parts, which the workers of an engine write: `-o DIR/` with `--engine ray`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrimp.cli.flags.comma_lists import comma_list
from scrimp.errors import UsageError

if TYPE_CHECKING:
    from scrimp.cli.flags.run_flags import EngineFlags, OutputFlags
    from scrimp.engines.part_files import PartFiles
    from scrimp.flows.plan.run_input import RunInput
    from scrimp.values import Outcome


def part_output(
    output: str, engine: EngineFlags, source: RunInput, written: OutputFlags, *, parsed: bool
) -> PartFiles | None:  # fmt: skip
    """Return the parts that rows are written in; None if -o names no directory. Raises UsageError."""
    if not output.endswith("/"):
        return None
    if engine.engine != "ray":
        raise UsageError(f"-o: {output} is a directory, which only --engine ray fills with parts: name a file in it")
    from scrimp.engines.part_files import PartFiles  # few outputs are parts
    from scrimp.read.inputs.input_files import includes_name

    fields = None if written.fields is None else comma_list(written.fields, "--fields")
    parts = PartFiles(
        folder=output, out=written.out or "jsonl", fields=None if fields is None else tuple(fields), parsed=parsed,
        delimiter=source.options.delimiter, encoding=source.options.encoding,
    )  # fmt: skip
    if includes_name(source.names, output + parts.name(0, alone=False)):
        raise UsageError(f"-o: {output} is also an input: name another directory")
    parts.prepare()
    parts.check()
    return parts


class NoRows:
    """What writes rows where workers have written them."""

    def write(self, outcome: Outcome) -> None:
        """Write nothing."""

    def flush(self) -> None:
        """Flush nothing."""

    def close(self) -> None:
        """End nothing."""
