"""What the rows of a run are read from, how, and how often each is answered; they may be read more than once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from msgspec import Struct

from scrimp.flows.plan.samples import samples
from scrimp.read.inputs.input_meter import InputMeter
from scrimp.read.inputs.sources import is_stream
from scrimp.read.options import ReadOptions
from scrimp.read.prompts import prompts
from scrimp.values import Prompt


class RunInput(Struct, frozen=True, kw_only=True):
    """Inputs by their names, of which - is stdin."""

    names: tuple[str, ...]
    options: ReadOptions
    samples: int | None = None  # completions of each row; None: one

    @property
    def is_stream(self) -> bool:
        """Whether rows come one by one, from stdin or a named pipe."""
        return is_stream(self.names)

    def meter(self) -> InputMeter:
        """Return the meter that estimates how many rows there will be."""
        options = self.options
        most = min((n for n in (options.limit, options.sample) if n is not None), default=None)
        if most is not None and options.shard is not None:
            most = -(-most // options.shard.count)
        return InputMeter(self.names, most, each=self.samples or 1)

    def prompts(
        self, *, warn: Callable[[str], None], note: Callable[[str], None] = lambda _: None,
        stdin: BinaryIO | None = None, meter: InputMeter | None = None, seen: Callable[[Prompt], None] | None = None,
        table: Callable[[Sequence[str]], None] = lambda _: None,
    ) -> Iterator[Prompt]:  # fmt: skip
        """Return the prompts to answer, read as they are needed; `seen` gets those, too, that options leave out.

        `table` gets the header of each table, once its rows are read.

        Raises what `read.prompts` raises: at once for inputs and templates, for a row when its turn comes.
        """
        read = prompts(self.names, self.options, warn=warn, note=note, stdin=stdin, meter=meter, seen=seen, table=table)
        return samples(read, self.samples)
