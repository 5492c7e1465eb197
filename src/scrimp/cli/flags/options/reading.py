"""The options that say what is read: the inputs, which of their rows, and what goes with each."""

from __future__ import annotations

from typing import Annotated

import typer

from scrimp.enums import InputFormat

Inputs = Annotated[
    list[str] | None,
    typer.Argument(metavar="INPUT...", help="Files, directories, globs, or - for stdin.", show_default=False),
]
Format = Annotated[
    InputFormat, typer.Option("--format", help="The input's format; auto goes by extension, and sniffs stdin.")
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        metavar="CHAR|tab",
        help="The delimiter of CSV and TSV, in and out; default: detected in inputs, a comma in outputs.",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="The encoding of inputs, and of CSV, TSV and text outputs (utf-8-sig for Excel); default: UTF-8, or an "
        "input's BOM.",
    ),
]
Nul = Annotated[bool, typer.Option("-0", "--null", help="Prompts end in NUL bytes, as find -print0 writes them.")]
Template = Annotated[
    str | None,
    typer.Option(
        "-t",
        "--template",
        metavar="STR|@FILE",
        help="The prompt, with {column} for each row's values and {{ for a brace.",
    ),
]
PromptField = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that holds the prompt.")]
IdField = Annotated[str | None, typer.Option(metavar="COLUMN", help="The column that names the row.")]
System = Annotated[
    str | None, typer.Option("-s", "--system", metavar="STR|@FILE", help="A system text for every prompt.")
]
Prefix = Annotated[
    str | None,
    typer.Option(
        "--prefix",
        metavar="FILE",
        help="A text that every prompt begins with, such as a document; it goes before the system text, where "
        "providers keep it.",
    ),
]
Attach = Annotated[
    list[str] | None,
    typer.Option(
        "--attach",
        metavar="FILE|URL",
        help="An image (PNG, JPEG, GIF, WebP) or a PDF to look at, for every prompt; repeatable.",
    ),
]
AttachField = Annotated[
    str | None,
    typer.Option(
        "--attach-field",
        metavar="COLUMN",
        help="The column with the row's images and PDFs: a path (from the input's folder), a URL, or a list of them, "
        "which is JSON in a cell of a table.",
    ),
]
Skip = Annotated[int, typer.Option(metavar="N", min=0, help="Leave out the first N rows.", show_default=False)]
OnlyFailed = Annotated[
    str | None,
    typer.Option(
        "--only-failed",
        metavar="FILE",
        help="Leave out rows that are ok in this earlier output, unless their input has changed.",
    ),
]
Sample = Annotated[int | None, typer.Option(metavar="N", min=0, help="Take N rows at random, in their order.")]
Seed = Annotated[int, typer.Option("--seed", metavar="N", help="The seed of --sample; another seed takes other rows.")]
Limit = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, help="Take at most N rows, after --skip, --only-failed and --sample."),
]
ShardOption = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Of these rows take the Ith of N shards, for jobs that share an input; equal prompts are in the same one.",
    ),
]
Context = Annotated[
    list[str] | None,
    typer.Option("--context", metavar="FILE", help="A document to answer from, put before the prompt; repeatable."),
]
Continue = Annotated[
    bool,
    typer.Option("-c", "--continue", help="Continue the last conversation: its turns are sent before the prompt."),
]
