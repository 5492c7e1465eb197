"""Documents put before a prompt (`--context`), each in tags that name its file, so that a model can tell it apart."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from scrimp.errors import InputError, UsageError
from scrimp.read.inputs.encodings import conversion, decode_file
from scrimp.read.inputs.sources import printable_name
from scrimp.regexes import written_tag
from scrimp.values import ToldText

_TAGS = ("document", "context", "source", "passage", "article")
_DIGITS = 12
_KEEP_TAG = "scrimp:keep>"


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
    tag = _unpredictable_tag(content) if _may_come_to_have_tags(content) else _unused_tag(content)
    if tag is None:
        raise InputError(f"--context: {path} contains every tag scrimp could use: put it into the prompt instead")
    from html import escape  # brings every entity with it

    name = escape(printable_name(Path(path).name))
    return f'<{tag} source="{name}">\n', content.rstrip(), f"\n</{tag}>"


def _unused_tag(content: str) -> str | None:
    return next((tag for tag in _TAGS if written_tag(tag).search(content) is None), None)


def _may_come_to_have_tags(content: str) -> bool:
    """Return whether brackets of tags may be in the content as it is sent, that are not written as such in it."""
    if _KEEP_TAG in content:  # these are left out, wherever they stand
        return True
    if "&" not in content:
        return False
    from html import unescape  # as above

    brackets, shown = written_tag(""), unescape(unescape(content))
    return len(brackets.findall(shown)) > len(brackets.findall(content))


def _unpredictable_tag(content: str) -> str:
    """Return a tag that cannot be written into the content, since it depends on all of it."""
    return f"{_TAGS[0]}-{sha256(content.encode(errors='surrogatepass')).hexdigest()[:_DIGITS]}"
