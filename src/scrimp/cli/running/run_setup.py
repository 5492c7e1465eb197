"""The setup of a run: where its rows come from, how they are answered, where they go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from scrimp.cli.flags.run_options import answering_options, check_schema, check_workers, read_options, with_known_models
from scrimp.cli.flags.schema_option import schema_file
from scrimp.cli.results.output_target import OutputTarget, output_target, row_pattern
from scrimp.cli.results.part_output import part_output
from scrimp.flows.plan.run_input import RunInput
from scrimp.flows.plan.samples import warn_of_equal_samples
from scrimp.read.options import named_file

if TYPE_CHECKING:
    from scrimp.cli.flags.all_run_flags import AllRunFlags
    from scrimp.cli.flags.run_flags import AnswerFlags, ReadingFlags
    from scrimp.cli.session import Session
    from scrimp.engines.part_files import PartFiles
    from scrimp.flows.plan.run_options import RunOptions
    from scrimp.render.progress import Total
    from scrimp.values import Prompt


class RunSetup(Struct, frozen=True, kw_only=True):
    """The request, checked; its inputs and outputs are set up, but nothing is read or written yet."""

    session: Session
    flags: AllRunFlags
    options: RunOptions
    source: RunInput
    rows: Iterator[Prompt]  # read once; batches (several passes) and workers read the source again
    total: Total  # how many rows there will be, if known
    headers: list[Sequence[str]]  # headers of the tables that were read, for an output without rows
    target: OutputTarget
    parts: PartFiles | None  # the parts that workers write, if -o is a directory


def run_setup(session: Session, inputs: Sequence[str], flags: AllRunFlags) -> RunSetup:
    """Return the setup of a run; UsageError for flags that exclude each other, InputError for unreadable inputs."""
    options = _options(session, flags)
    source = RunInput(names=tuple(inputs), options=read_options(flags.reading), samples=flags.several.samples)
    meter = source.meter()
    output, row_names = row_pattern(flags.written.output, source.samples)
    headers = list[Sequence[str]]()
    rows = source.prompts(
        warn=session.messages.warn, note=session.messages.note, meter=meter,
        seen=None if row_names is None else row_names.give, table=headers.append,
    )  # fmt: skip
    parsed = options.parameters.structured
    parts = None if row_names else part_output(output, flags.engine, source, flags.written, parsed=parsed)
    files_read = _files_read(flags.reading, flags.answer)
    target = output_target(output, row_names, flags.written.summary_file, source.names, files_read, session)
    warn_of_equal_samples(options, source.samples, session.messages.warn)
    return RunSetup(
        session=session, flags=flags, options=options, source=source, rows=rows, total=meter.total, headers=headers,
        target=target, parts=parts,
    )  # fmt: skip


def _options(session: Session, flags: AllRunFlags) -> RunOptions:
    options = answering_options(session.defaults, flags)
    check_workers(flags.engine)
    check_schema(options)
    return with_known_models(options, session.services, flags.reading)


def _files_read(reading: ReadingFlags, answer: AnswerFlags) -> dict[str, str | None]:
    """Return the files that flags name, which a run must not write over."""
    return {
        "--only-failed": reading.only_failed,
        "-t": named_file(reading.template),
        "--system": named_file(reading.system),
        "--prefix": reading.prefix,
        "--schema": schema_file(answer.schema),
        "--choices-text": named_file(answer.choices_text),
        **{f"--attach {name}": name for name in reading.attach or ()},
    }
