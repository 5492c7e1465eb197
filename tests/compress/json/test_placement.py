"""JSON that is data loses its white space; an example, a schema, a form and what stands in code keep every byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrimp.compress import LEVELS, compress

ORDERS = json.dumps([{"id": n, "city": "Rome", "total": 12.5 * n} for n in range(4)], indent=2)
RECORD = json.dumps({"order": {"id": 7, "lines": [{"sku": "A-1", "qty": 2}]}, "paid": True}, indent=4)
LINES = "\n".join(json.dumps({"id": n, "state": "open"}) for n in range(5))

DATA = [
    "Customer: Ann\n\n{json}\n\nCustomer: Bob\n\n{json}\n\nWho pays more?",
    "<note>It is of May.</note>\n\n<data>\n{json}\n</data>\n<data>\n{json}\n</data>\n\nWho pays more?",
    "<tool_result>\n{json}\n</tool_result>\n\nWho is Ann?",
    "<function_results>\n{json}\n</function_results>\n\nWho is Ann?",
    "Here is the JSON:\n{json}\n\nWho is Ann?",
    '"""\n{json}\n"""\n\nWho is Ann?',
    "---\n{json}\n---\nWho is Ann?",
    "Record:\n{json}\n---\nWho is Ann?",
    "File: people.json\n---\n{json}\n---\n\nWho is Ann?",
    "Which order has the highest total?\n\n{json}",
    "{json}\n\nWhich order has the highest total?",
    "Order:\n{json}\n\nIs it paid?",
    "Here is the customer's record:\n\n{json}\n\nMay she return it?\n",
    "<order>\n{json}\n</order>\n\nIs it paid?",
    '<document source="orders">\n{json}\n</document>\nWho pays?',
    "Ticket: my parcel is late.\nOrder:\n{json}\n\nWhat is the delay?",
    "Tool result:\n{json}\n\nWhat went wrong?",
    "Bestellung:\n{json}\n\nWas kostet sie?",
    "\u8ba2\u5355\uff1a\n{json}\n\n\u5ba2\u6237\u5728\u54ea\u91cc\uff1f",
    "  \n{json}",
    "## Order\n\n{json}\n\nIs it paid?",
    "**API response**\n\n{json}\n\nIs it paid?",
    "First:\n{json}\n\nSecond:\n{json}\n\nWhich is dearer?",
]
INSTRUCTIONS = [
    "Extract the person.\n\nText: Ann is 3.\n\n{json}\n\nText: Bob is 4.\n\n{json}\n\nText: Cy is 5.",
    "Extract the person.\n\nText: Ann is 3.\n---\n{json}\n---\nText: Cy is 5.\n---\n",
    "Extract the person.\n\n<text>\nAnn is 3.\n</text>\n\n{json}\n\n<text>\nCy is 5.\n</text>\n",
    "Extract her.\n\n<text>Ann is 3.</text>\n<person>\n{json}\n</person>\n\n<text>Cy is 5.</text>\n",
    "## Input\n{json}\n\n## Result\nAnn\n\n## Input\n{json}\n\n## Result",
    "Example:\n---\n{json}\n---\n\nWho is Ann?",
    "<tool_call>\n{json}\n</tool_call>\n\nWho is Ann?",
    'Return JSON like this:\n"""\n{json}\n"""\n\nWho is Ann?',
    "Here is the JSON format:\n{json}\n\nWho is Ann?",
    "Here is the JSON that you return:\n{json}\n\nWho is Ann?",
    "Give me the people like this:\n\n{json}\n\nAnn met Bob.",
    "Answer in this format:\n{json}\n\nWho is Ann?",
    "Example:\n{json}\n\nNow do the same for Ann.",
    "Text: Ann is 3.\nResult:\n{json}\n\nText: Bob is 4.\nResult:",
    "Input: a\nRecord:\n{json}\n\nInput: b\nRecord:\n{json}\n\nInput: c\nRecord:",
    "<example>\n{json}\n</example>\nAnn is 3.",
    "<output_format>\n{json}\n</output_format>\nAnn is 3.",
    "User: hi\n\nAssistant:\n{json}\n\nUser: and now?",
    "Expected answer:\n{json}\n\nQuestion: who?",
    "Antwort so:\n{json}\n\nWer ist Ann?",
    "## Answer to the example\n\n{json}\n\n## The task\n\nWho is Ann?",
    "**Expected output**\n\n{json}\n\nWho is Ann?",
    "__Beispiel 1__\n\n{json}\n\nWer ist Ann?",
]
# What announces an example, or a form to answer in, in the languages most used; a tag may, too.
ANNOUNCED = """Here is a sample of what I want back: | Desired result: | Sample: | Gold: | Ground truth: | Shot 1:
Give me the result in this form: | Do it this way: | Demonstration: | An ideal completion: | Use these keys:
So soll das Ergebnis aussehen: | Antworte wie folgt: | Muster: | Beispielausgabe: | Responde de la siguiente forma:
Réponds sous la forme suivante : | Modèle : | Responda da seguinte maneira: | Rispondi nel modo seguente: | Formato:
请按如下方式回答: | 模板: | 次のように答えて: | Вот образец: | مثال: | أجب على النحو التالي: | उदाहरण: | इस तरह जवाब दो:
উদাহরণ: | এভাবে উত্তর দাও: | Contoh: | Jawab seperti ini: | 예시: | Voorbeeld: | Przykład: | Örnek:"""
TAGS = (
    "sample|desired_output|few_shot|shots|oneshot|json_shape|golden|demonstration|gold|beispiel|exemple|ejemplo|contoh"
    "|respuesta"
)
ANSWER = json.dumps({"name": "Ada", "skills": ["math", "poetry"]}, indent=2)
# Programs, each with the JSON where its own white space counts.
CODE = [
    'Why does it fail?\n\n"""\n{json}\n"""\nimport json\nprint(json.loads(__doc__))\n',
    'Why does it fail?\n\ndef f():\n    return 1\n\n"""\n{json}\n"""\n',
    "Review this.\n\ncat <<EOF > orders.json\n{json}\nEOF\ncurl -d @orders.json localhost",
    "Review this.\n\nkubectl apply -f - <<'EOF'\n{json}\nEOF\n",
    "Why does it fail?\n\nconst orders =\n{json}\n;\nconsole.log(orders);",
    'Why does it fail?\n\norders = json.loads("""\n{json}\n""")\nprint(orders)',
    "Why does it fail?\n\nlet orders = serde_json::json!(\n{json}\n);",
    'Why does it fail?\n\nString orders = """\n{json}\n""";\nreturn orders;',
    'Why does it fail?\n\nval orders = """\n{json}\n""".trimIndent()',
    "Why does it fail?\n\nINSERT INTO log VALUES ('\n{json}\n');",
    "Why does it fail?\n\n$orders = @'\n{json}\n'@\n$orders | ConvertFrom-Json",
    "Why does it fail?\n\norders := `\n{json}\n`\nfmt.Println(orders)",
    'Why does it fail?\n\nresource "x" "y" {\n  policy = <<POLICY\n{json}\nPOLICY\n}',
    "Why does it fail?\n\ndata:\n  orders.json: |\n{indented}\n  mode: fast",
    "Why does it fail?\n\nOrders = \\\n{json}\n\nprint(Orders)",
    "Why does it fail?\n\nmy $orders = decode_json(<<'JSON');\n{json}\nJSON\nprint $orders;",
    "Why does it fail?\n\nputs JSON.parse(<<~TEXT)\n{json}\nTEXT\n",
    'Why does it fail?\n\n<script type="application/json">\n{json}\n</script>',
    "Why does it fail?\n\n```json\n{json}\n```\n",
    "Why does it fail?\n\n~~~\n{json}\n~~~\n",
    "- a list\n\n    {indented}\n\n- goes on",
]
SCHEMAS = [
    {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Order", "items": [1, 2, 3]},
    {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    [{"type": "function", "function": {"name": "get", "parameters": {"type": "object"}}}],
    [{"name": "get_weather", "description": "Weather of a city", "input_schema": {"city": "a city"}}],
    {"name": "...", "age": 0, "city": "..."},
    {"name": "<name of the person>", "age": "<integer>"},
    {"name": "string", "age": "number", "tags": ["string"]},
    {"sentiment": "positive | negative | neutral", "reason": "one sentence"},
    {"label": "[the label]", "score": 0.0},
    {"title": "Order", "properties": {"open": {"enum": [0, 1]}}},
    {"title": "Order", "properties": {}},
]
PLACES = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [8.5, 47.4]}, "properties": {"name": name}}
        for name in ("Zug", "Chur")
    ],
}


def filled(template: str, document: str) -> str:
    indented = "\n".join(f"    {line}" for line in document.split("\n"))
    return template.replace("{json}", document).replace("{indented}", indented)


def minified(document: str) -> str:
    if document == LINES:
        return "\n".join(minified(line) for line in document.split("\n"))
    return json.dumps(json.loads(document), separators=(",", ":"))


@pytest.mark.parametrize("level", ["lossless", "tidy", "focus"])
@pytest.mark.parametrize("document", [ORDERS, RECORD, LINES], ids=["array", "record", "lines"])
@pytest.mark.parametrize("template", DATA)
def test_the_white_space_of_data_goes_and_nothing_else(template: str, document: str, level: str) -> None:
    assert compress(filled(template, document), level).text == filled(template, minified(document))


@pytest.mark.parametrize("level", ["lossless", "tidy", "focus", "dense"])
@pytest.mark.parametrize("document", [ORDERS, RECORD], ids=["array", "record"])
@pytest.mark.parametrize("template", INSTRUCTIONS + CODE)
def test_json_of_the_instructions_and_of_code_keeps_every_byte(template: str, document: str, level: str) -> None:
    text = filled(template, document)
    if level == "lossless" or "<script" not in text:  # as text a page has no script
        assert compress(text, level).text == text


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_schema_a_list_of_tools_and_a_form_to_fill_in_keep_every_byte(schema: object, level: str) -> None:
    text = f"Ann is 34 and lives in Rome.\n\n{json.dumps(schema, indent=2)}\n\nWho is older?"

    assert compress(text, level).text == text


def test_places_whose_properties_are_values_are_data_and_no_schema() -> None:
    pretty = json.dumps(PLACES, indent=2)

    assert compress(f"{pretty}\n\nWhere is Zug?", "lossless").text == f"{minified(pretty)}\n\nWhere is Zug?"


@pytest.mark.parametrize(
    "schema", ["https://json.schemastore.org/sarif-2.1.0.json", "https://example.org/schemas/report-schema-1.json"]
)
def test_data_that_names_its_schema_is_data(schema: str) -> None:
    pretty = json.dumps({"$schema": schema, "version": "2.1.0", "runs": [{"tool": "lint", "found": 3}]}, indent=2)

    assert compress(f"Report:\n{pretty}\n\nHow many were found?", "lossless").text == (
        f"Report:\n{minified(pretty)}\n\nHow many were found?"
    )


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(value=st.lists(values, min_size=3), indent=st.sampled_from([None, 1, 2, 4, "\t"]), ascii_only=st.booleans())
def test_any_json_decodes_to_the_same_and_is_the_shortest_or_as_it_was(
    value: object, indent: int | str | None, ascii_only: bool
) -> None:
    document = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    before, after = "Who is first?\n\n", "\n\nAnswer with the name."
    text = compress(f"{before}{document}{after}", "lossless").text
    found = text.removeprefix(before).removesuffix(after)

    assert json.dumps(json.loads(found)) == json.dumps(value)
    assert found in (document, json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only))


@pytest.mark.parametrize(
    "unit",
    [
        "[\n",
        "{\n",
        "[1]\n\n",
        '{"a": 1}\nb:\n',
        "a:\n[1, 2]\n\n",
        " " * 9 + "[]\n",
        '<a>\n{"a": [1, 2, 3], "b": 2}\n\n',
    ],
)
def test_many_brackets_are_no_trap(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))

    assert len(compress(text, "lossless").text) <= len(text)


@pytest.mark.parametrize("label", [label.strip() for label in ANNOUNCED.replace("\n", "|").split("|")])
def test_what_is_announced_as_an_example_in_any_language_is_an_instruction(label: str) -> None:
    for written in (f"{label}\n{ANSWER}", f"{label}\n\n{ANSWER}\n", f"## {label.rstrip(' :')}\n\n{ANSWER}\n"):
        prompt = f"Who is meant? Grace, 85, admiral.\n\n{written}"
        assert [compress(prompt, level).text for level in ("lossless", "tidy")] == [prompt] * 2


@pytest.mark.parametrize("tag", TAGS.split("|"))
def test_what_a_tag_names_an_example_is_an_instruction(tag: str) -> None:
    prompt = f"Who is meant?\n\n<{tag}>\n{ANSWER}\n</{tag}>\n"
    assert compress(prompt, "tidy").text == prompt


@pytest.mark.parametrize("tag", ["snapshot", "screenshots", "shapefile", "marigold", "customer", "order"])
def test_a_tag_that_has_such_a_word_within_another_holds_data(tag: str) -> None:
    prompt = f"Who is meant?\n\n<{tag}>\n{ANSWER}\n</{tag}>\n"
    assert ANSWER not in compress(prompt, "lossless").text


@pytest.mark.parametrize(
    "document",
    [
        '{\n  "action": "$TOOL_NAME",\n  "action_input": "$INPUT"\n}',
        '{\n  "openapi": "3.0.0",\n  "paths": {}\n}',
    ],
)
def test_a_form_with_names_of_variables_and_a_description_of_an_api_are_instructions(document: str) -> None:
    prompt = f"Use a blob to name a tool.\n\n{document}\n\nWho is the mayor?"
    assert compress(prompt, "tidy").text == prompt


@pytest.mark.parametrize(
    "label",
    [
        "Sample data:",
        "Kundin:",
        "Daten:",
        "Datos:",
        "Données :",
        "Dados:",
        "Dati:",
        "数据如下:",
        "データ:",
        "Данные:",
        "بيانات:",
        "डेटा:",
        "ডেটা:",
        "Data:",
    ],
)
def test_what_is_announced_as_data_in_any_language_is_data(label: str) -> None:
    assert ANSWER not in compress(f"Who is meant?\n\n{label}\n{ANSWER}", "lossless").text


CASE, OTHER_CASE, NOW = (
    '{\n "owner": "Ewa",\n "hosts": [\n  "a1",\n  "b2"\n ]\n}',
    '{\n "owner": "Ben",\n "hosts": [\n  "c3",\n  "d4"\n ]\n}',
    '{\n "owner": "Ida",\n "hosts": [\n  "e5",\n  "f6"\n ]\n}',
)


@pytest.mark.parametrize(
    "frame",
    [
        "Examples:\n\nCase 1:\n{0}\n\nCase 2:\n{1}\n\nNow do this one:\n\n{2}\n\nWho owns the hosts?",
        "# Examples\n\n## Case 1\n\n{0}\n\nEwa\n\n## Case 2\n\n{1}\n\nBen\n\n# Hosts\n\n{2}\n\nWho owns them?",
        "<examples>\n<case>\n{0}\n</case>\n<case>\n{1}\n</case>\n</examples>\n\n<input>\n{2}\n</input>\n\nWho owns it?",
        "<shot n='1'>\n<x>\n{0}\n</x>\nEwa\n</shot>\n<shot>\n<x>\n{1}\n</x>\nBen\n</shot>\n<x>\n{2}\n</x>\n\nWho?",
        "Here are two examples.\n\n{0}\n\nFor: Ewa\n\n{1}\n\nFor: Ben\n\nHere is the file.\n\n{2}\n\nWho owns it?",
        "**Beispiele**\n\nFall 1\n\n{0}\n\nEwa\n\nFall 2\n\n{1}\n\nBen\n\n**Daten**\n\n{2}\n\nWer ist es?",
        "Voici deux exemples :\n\nCas 1\n\n{0}\n\nEwa\n\nCas 2\n\n{1}\n\nVoici le fichier.\n\n{2}\n\nQui est-ce ?",
        "Q: Who owns it?\n\n{0}\n\nA: Ewa\n\nQ: Who owns it?\n\n{1}\n\nA: Ben\n\nQ: Who owns it?\n\n{2}\n\nA:",
        "Who owns them?\n\n{0}\n\nOwner: Ewa\n\n{1}\n\nOwner: Ben\n\n{2}\n\nOwner:",
    ],
)  # fmt: skip
@pytest.mark.parametrize("level", ["lossless", "tidy"])
def test_examples_keep_every_byte_and_what_is_asked_about_does_not(frame: str, level: str) -> None:
    prompt = frame
    for at, one in enumerate((CASE, OTHER_CASE, NOW)):
        prompt = prompt.replace(f"{{{at}}}", one)
    left = compress(prompt, level).text

    assert [one in left for one in (CASE, OTHER_CASE, NOW)] == [True, True, False]


@pytest.mark.parametrize(
    "above",
    [
        "Here is what the tool printed:", "The function returned this:", "[1]", "[12]:",
        "hosts.json:",
        "File: hosts.json", "--- data/hosts.json ---", "**hosts.json**",
        "### hosts.json", "`hosts.json`:", "## Hosts", "__Hosts in Bern__",
        "Send the user an example of wit.\n\nHosts:",
        "案例:",
        "病例:",
    ],
)  # fmt: skip
def test_what_names_a_file_or_a_result_introduces_data(above: str) -> None:
    assert NOW not in compress(f"Who owns the hosts?\n\n{above}\n{NOW}\n", "lossless").text


@pytest.mark.parametrize(
    "above",
    [
        "output.json:", "File: expected_result.json\nExample:", "### Example", "## Output format",

        "Here is an example.\n", "An example of what we store.\n\n",
        "schema.json", "### Input\n{\n \"n\": 1\n}\n\n### Input", "<examples><a>",
    ],
)  # fmt: skip
def test_what_names_an_example_or_the_answer_does_not(above: str) -> None:
    assert NOW in compress(f"Who owns the hosts?\n\n{above}\n{NOW}\n\nWho?", "lossless").text
