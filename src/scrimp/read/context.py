"""Documents put before a prompt (`--context`), each in tags that name its file, so that a model can tell it apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scrimp.errors import InputError, UsageError
from scrimp.read.inputs.encodings import conversion, decode_file
from scrimp.read.inputs.sources import printable_name
from scrimp.regexes import written_tag
from scrimp.values import ToldText

_TAGS = ("document", "context", "source", "passage", "article")


def with_context(prompt: ToldText, paths: Sequence[str]) -> ToldText:
    """Return the prompt with the files, which are data, before it; InputError or UsageError if one cannot be read."""
    for path in reversed(paths):
        opening, content, closing = _document(path)
        documented = prompt.after(f"{opening}{content}{closing}\n\n")
        prompt = ToldText(documented.text, ((len(opening), len(opening) + len(content)), *documented.told))
    return prompt


def _document(path: str) -> tuple[str, str, str]:
    """Return the tag before a file, its content, and the tag after it."""
    try:
        content = decode_file(Path(path).read_bytes())
    except OSError as error:
        raise UsageError(f"--context: {path} cannot be read ({error.strerror}): name a text file") from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"--context: {path}: byte {error.start + 1} is not {error.encoding.upper()}: convert the file, "
            f"for instance with {conversion()}"
        ) from error
    tag = next((tag for tag in _TAGS if written_tag(tag).search(content) is None), None)
    if tag is None:
        raise InputError(f"--context: {path} contains every tag scrimp could use: put it into the prompt instead")
    from html import escape  # brings every entity with it

    name = escape(printable_name(Path(path).name))
    return f'<{tag} source="{name}">\n', content.rstrip(), f"\n</{tag}>"
