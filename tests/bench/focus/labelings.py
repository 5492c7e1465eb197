"""The ways a program writes passages and a question into one prompt: labels, templates, and where the question stands.

A labeling writes the passages; a position puts the question and orders around them. A template does both, as frameworks
do. The wordings are those of the frameworks (LlamaIndex, LangChain, Haystack) or common in prompts; none was chosen
for what focus makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Labeling = Callable[[Sequence[str]], str]
Position = Callable[[str, str], str]  # (documents, question) -> prompt
Template = Callable[[Sequence[str], str], str]

_TITLES = ("Overview", "Early years", "A second look", "Further notes", "Places and people", "Afterwards", "Remarks",
           "From the archive", "Figures", "Letters", "Sources", "Background reading")  # fmt: skip


def _each(form: str, between: str = "\n\n") -> Labeling:
    return lambda passages: between.join(
        form.format(n=n, passage=passage, title=_TITLES[n % len(_TITLES)]) for n, passage in enumerate(passages, 1)
    )


LABELINGS: dict[str, Labeling] = {
    "Passage 1:": _each("Passage {n}: {passage}"),
    "Passage 1: (own line)": _each("Passage {n}:\n{passage}"),
    "[1]": _each("[{n}] {passage}"),
    "Document [1](Title: ...)": _each("Document [{n}](Title: {title}) {passage}", "\n"),
    "Document 1: title": _each("Document {n}: {title}\n{passage}"),
    "Source: file.md": _each("Source: notes/part-{n}.md\n{passage}"),
    "Title: / Content:": _each("Title: {title}\nContent: {passage}"),
    "## headings": _each("## {title}\n\n{passage}"),
    "### Document 1": _each("### Document {n}\n{passage}"),
    "1. list": _each("{n}. {passage}", "\n"),
    "- list": _each("- {passage}", "\n"),
    "<doc id=1>": _each("<doc id={n}>\n{passage}\n</doc>", "\n"),
    "<documents><document index>": lambda passages: (
        "<documents>\n"
        + _each(
            '<document index="{n}">\n<source>part-{n}.txt</source>\n<document_content>\n{passage}\n'
            "</document_content>\n</document>",
            "\n",
        )(passages)
        + "\n</documents>"
    ),
    "<passage>": _each("<passage>{passage}</passage>", "\n"),
    "<context>": lambda passages: "<context>\n" + "\n\n".join(passages) + "\n</context>",
    "Context:": lambda passages: "Context:\n" + "\n\n".join(passages),
    "Context: (one line)": lambda passages: "Context: " + " ".join(passages),
    '"""': lambda passages: 'Text:\n"""\n' + "\n\n".join(passages) + '\n"""',
    "--- between": lambda passages: "---\n" + "\n---\n".join(passages) + "\n---",
    "=== title ===": _each("=== {title} ===\n{passage}"),
    "paragraphs": "\n\n".join,
}

# Written after the code was finished and tried once: what they show is not what anything was made for.
HELD_OUT: dict[str, Labeling] = {
    "Excerpt A:": lambda passages: "\n\n".join(
        f"Excerpt {chr(ord('A') + n)}: {passage}" for n, passage in enumerate(passages)
    ),
    "1) with blank lines": _each("{n}) {passage}"),
    "<search_result> nested": _each(
        "<search_result>\n<title>{title}</title>\n<content>{passage}</content>\n</search_result>", "\n"
    ),
    "Document: 0 / title: / text:": _each("Document: {n}\ntitle: {title}\ntext: {passage}"),
    "**bold title**": _each("**{title}**\n{passage}"),
    "Textstelle 1:": _each("Textstelle {n}: {passage}"),
    ">>> part-1.txt": _each(">>> part-{n}.txt\n{passage}"),
    "(1)": _each("({n}) {passage}"),
    "a)": lambda passages: "\n\n".join(f"{chr(ord('a') + n)}) {passage}" for n, passage in enumerate(passages)),
    "--- Document 1 ---": _each("--- Document {n} ---\n{passage}"),
    "Snippet #1 -": _each("Snippet #{n} - {passage}"),
    "<<<1>>>": _each("<<<{n}>>>\n{passage}\n<<<end>>>"),
    "\u8d44\u65991\uff1a": _each("\u8d44\u6599{n}\uff1a{passage}"),
    "| table row |": lambda passages: "| n | text |\n|---|---|\n" + _each("| {n} | {passage} |", "\n")(passages),
}

POSITIONS: dict[str, Position] = {
    "after": lambda documents, question: f"{documents}\n\nQuestion: {question}",
    "after, no label": lambda documents, question: f"{documents}\n\n{question}",
    "before": lambda documents, question: f"{question}\n\n{documents}",
    "before, closing order": lambda documents, question: (
        f"Answer this question: {question}\n\n{documents}\n\nAnswer in one short sentence."
    ),
    "opening order": lambda documents, question: (
        "Answer the question using only the documents below. If they do not say, reply \"unknown\".\n\n"
        f"{documents}\n\nQuestion: {question}\nAnswer:"
    ),
    "orders around": lambda documents, question: (
        f"You are a careful assistant.\n\n{documents}\n\n{question}\n\nBe brief. Use only the documents. "
        "Reply in the language of the question."
    ),
}  # fmt: skip


def _paragraphs(passages: Sequence[str]) -> str:
    return "\n\n".join(passages)


TEMPLATES: dict[str, Template] = {
    "LlamaIndex": lambda passages, question: (
        f"Context information is below.\n---------------------\n{_paragraphs(passages)}\n---------------------\n"
        "Given the context information and not prior knowledge, answer the query.\n"
        f"Query: {question}\nAnswer: "
    ),
    "LangChain": lambda passages, question: (
        "You are an assistant for question-answering tasks. Use the following pieces of retrieved context to answer "
        "the question. If you don't know the answer, just say that you don't know. Use three sentences maximum and "
        f"keep the answer concise.\nQuestion: {question} \nContext: {_paragraphs(passages)} \nAnswer:"
    ),
    "LangChain, older": lambda passages, question: (
        "Use the following pieces of context to answer the question at the end. If you don't know the answer, just say "
        "that you don't know, don't try to make up an answer.\n\n"
        f"{_paragraphs(passages)}\n\nQuestion: {question}\nHelpful Answer:"
    ),
    "Haystack": lambda passages, question: (
        "\nGiven the following information, answer the question.\n\nContext:\n"
        + "".join(f"\n    {passage}\n" for passage in passages)
        + f"\n\nQuestion: {question}\nAnswer:\n"
    ),
}
