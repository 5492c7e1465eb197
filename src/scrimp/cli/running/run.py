"""`scrimp run`: rows in, rows out, the bill at the end."""

from __future__ import annotations

import typer

from scrimp.cli.flags.all_run_flags import AllRunFlags
from scrimp.cli.flags.flag_groups import grouped
from scrimp.cli.flags.options.reading import Inputs
from scrimp.cli.inputs import inputs_or_stdin
from scrimp.cli.running.run_rows import run_rows

app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)


@app.command()
@grouped()
def run(flags: AllRunFlags, inputs: Inputs = None) -> None:
    """Answer the prompts of files or stdin, then print what it cost.

    A .jsonl, .csv, .tsv, .parquet or .lines file has a prompt in each row; a .md or .prompt file is one prompt. A .txt
    file is one prompt in a folder or along with other files; alone, it has a prompt in each line (--format overrides
    this). Stdin is JSON, CSV with a header such as id,text, or lines.

    A template names columns of the row; any row also has {text}, {line}, {file} and {row} (its number), unless a column
    of the input has that name. {"..."} takes a name with braces in it; {{ and }} are braces of the text.

    --attach-field names a column of images and PDFs: a path, relative to the folder of the input, a URL, or a list of
    them in JSON. A file that cannot be sent fails only its row. --attach adds a file to every row. The cache knows a
    file by its content, and does not store it; --max-cost counts as many tokens as the vendor's formula gives its size.

    CSV or Parquet made from CSV, TSV or Parquet has the same columns, then output, parsed (with --choices or --schema)
    and error (in a file, only where a row failed). A column name that is taken gets a number: output_2.

    With a column in its name, -o 'DIR/{id}.md' writes the completion of each answered row (--out: more of it) to a
    file of its own. {index}, {row}, {file} and {stem} can name it, too; equal names get a number, and characters that
    no file name may have become _. A row has the same name in every run of the same input, also with --skip, --sample,
    --only-failed or --shard.

    --shard 3/8 takes the third of eight shards of the rows that the other flags leave, for a job array: each row is in
    one of them, equal prompts are in the same one, and index counts the rows of the whole input. Give each job an
    output of its own. Where machines have homes of their own, scrimp runs merge adds up their costs. --engine processes
    has processes of this machine share one run and its limits, --engine ray (pip install 'scrimp[ray]') workers of Ray:
    files must be where all of these can read them.

    Inputs and -o may also be at s3://BUCKET/KEY (pip install 'scrimp[s3]'), with the credentials of AWS's own tools.
    With --engine ray, -o DIR/ makes a directory of parts, which the workers write.

    Rows go to stdout, or to the file of -o, which gets its new content at the end of the run, also after Ctrl-C, a
    limit or an error; if no row was answered, an existing file is left unchanged. Everything else goes to stderr. Rerun
    the same command to resume after any interruption: what was answered is in the cache.
    """
    raise typer.Exit(run_rows(inputs_or_stdin(inputs), flags))
