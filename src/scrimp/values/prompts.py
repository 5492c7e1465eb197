"""What is read: prompts, with the turns before and after their text, and what is attached."""

from typing import TypeAlias

from msgspec import Struct

from scrimp.values.parsed_json import JsonObject

TextSpan: TypeAlias = tuple[int, int]  # where a part of a text starts and ends, in characters


class ToldText(Struct, frozen=True):
    """A text, and where data stands in it by the word of the caller; all else is instruction then."""

    text: str
    told: tuple[TextSpan, ...] = ()

    def after(self, before: str) -> "ToldText":
        """Return the text with another one before it."""
        return ToldText(before + self.text, tuple((start + len(before), end + len(before)) for start, end in self.told))


class ToolCall(Struct, frozen=True):
    """A call that a model made of a tool; `arguments` is a JSON object as it was written."""

    id: str
    name: str
    arguments: str


class Message(Struct, frozen=True, omit_defaults=True):
    """One turn of a conversation; role is user, assistant or tool (system text is separate)."""

    role: str
    content: str
    told: tuple[TextSpan, ...] = ()  # spans of data in the text: affects compression only
    calls: tuple[ToolCall, ...] = ()  # tool calls at the end of an assistant's turn
    call_id: str = ""  # id of the call that a tool's turn answers
    name: str = ""  # name of the tool
    is_error: bool = False  # whether the tool failed

    @property
    def words(self) -> str:
        """What a model reads of the turn, calls included."""
        if not self.calls:
            return self.content
        return "\n".join([self.content, *(f"{call.name} {call.arguments}" for call in self.calls)])


class Attachment(Struct, frozen=True, kw_only=True):
    """An image or a PDF that goes with a prompt."""

    name: str  # the path or the URL, as given
    media_type: str
    identity: str  # the hash of a file's content, or the URL: what the cache knows it by
    path: str = ""  # where the file is; empty for a URL
    size: int = 0  # bytes of the file
    width: int = 0  # pixels of an image; 0 if it was not measured, or cannot be
    height: int = 0
    pages: int = 0  # pages of a PDF; 0 as above
    data: str = ""  # the file in base64, read only when it is sent
    defect: str = ""  # why it cannot be sent, as a sentence

    @property
    def is_url(self) -> bool:
        """Whether the provider fetches it."""
        return self.identity == self.name


class Prompt(Struct, frozen=True, kw_only=True):
    """One row of input: the last user turn is `text`, earlier turns are `history`."""

    index: int
    text: str
    told: tuple[TextSpan, ...] = ()  # spans of data, as the caller declared them; the rest is then instruction
    id: str | None = None
    system: str | None = None
    history: tuple[Message, ...] = ()
    after: tuple[Message, ...] = ()  # the tools that were called for the last user turn, and their results
    row: JsonObject | None = None
    source: str = ""  # where the row comes from: "tickets.jsonl:3"
    template: str | None = None  # the template the text was made from
    file: str = ""  # the input it was read from, "stdin" included
    number: int = 0  # row number in the input, from 1; 0 if the whole input is one row
    line: str | None = None  # the row itself where it is text and the prompt was made of it
    tabular: bool = False  # the row is one of a CSV, TSV or Parquet table
    attachments: tuple[Attachment, ...] = ()
    sample: int | None = None  # which of several completions of this prompt, from 0; None: one is wanted
    defect: str = ""  # why there is nothing to ask in this row, as a sentence; its text is empty then
    unread: str | None = None  # what stood in place of a row that cannot be read

    @property
    def placed_defect(self) -> str:
        """The defect with its place."""
        return self.defect if self.defect.startswith(self.source) else f"{self.source}: {self.defect}"
