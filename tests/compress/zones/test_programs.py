"""What a program holds in its strings and comments is part of it; a page beside a program is a page."""

from __future__ import annotations

import json
from textwrap import indent

import pytest

from scrimp.compress import compress

PAGE = "<html>\n<title>Mill</title>\n<body>\n<h1>The mill</h1>\n<p>It was built in 1790.</p>\n</body>\n</html>"
FRAGMENT = '<div class="news">\n  <p>The old <b>mill</b> was built in 1790.</p>\n</div>'
PROGRAMS = {
    "python": 'import sys\n\nPAGE = """\n{page}\n"""\n\n\ndef main():\n    sys.stdout.write(PAGE)\n',
    "python f-string": "def page(name):\n    return f'''\n{page}\n'''\n\n\nprint(page(\"x\"))\n",
    "python call": 'def main():\n    print("""\n{page}\n""")\n',
    "go": "package main\n\nconst page = `\n{page}\n`\n\nfunc main() {\n\tfmt.Println(page)\n}\n",
    "shell": "cat > index.html <<'EOF'\n{page}\nEOF\npython -m http.server\n",
    "php": "<?php foreach ($rows as $row): ?>\n{page}\n<?php endforeach; ?>\n",
    "javascript": "const page = `\n{page}\n`;\n\nexport function show() {\n  document.body.innerHTML = page;\n}\n",
    "jsx": "export function List({ items }) {\n  const [open] = useState(false);\n  return (\n{page}\n  );\n}\n",
    "java": 'class A {\n    static final String PAGE = """\n{page}\n""";\n\n    int n() { return PAGE.length(); }\n}\n',
    "c#": 'public class A {\n    string page = @"\n{page}\n";\n    public int Size() { return page.Length; }\n}\n',
    "rust": 'fn main() {\n    let page = r#"\n{page}\n"#;\n    println!("{}", page);\n}\n',
    "ruby": "require 'sinatra'\n\nget '/' do\n  <<~HTML\n{page}\n  HTML\nend\n",
    "jinja": '{% extends "base.html" %}\n{% block main %}\n{page}\n{% endblock %}\n',
    "erb": "<% @rows.each do |row| %>\n{page}\n<% end %>\n",
    "comment": "int main(void) {\n  /* It writes:\n{page}\n  */\n  return 0;\n}\n",
}
YAML = {
    "after a bar": "kind: ConfigMap\ndata:\n  page: |\n      {page}\n  other: 1\n",
    "after a bar and a note": "kind: ConfigMap\ndata:\n  page: &page !!str |- # as it was\n      {page}\n  other: 1\n",
    "below its key": "kind: ConfigMap\ndata:\n  page:\n      {page}\n  other: 1\n",
    "as a key": "? |\n      {page}\n: 1\nother:\n  of: 2\n",
    "in two marks": 'kind: ConfigMap\ndata:\n  page: "{page}"\n  other: 1\n',
    "in one mark": "kind: ConfigMap\ndata:\n  page: '{page}' # it isn't old\n  other: 1\n",
    "in a list": '- "{page}"\n- 1\n',
}
# Where a page is part of something that is not a program; {indented} is the page four blanks in.
PARTS = {
    "yaml, below a key of its own": "name: x\nbody:\n{indented}\nport: 80\n",
    "ini": "[mail]\nsubject = Hi\nbody =\n{indented}\nport = 25\n",
    "toml": '[mail]\nbody = """\n{page}\n"""\nport = 25\n',
    "csv": 'id,body\n1,"{doubled}"\n2,"b"\n3,"c"\n',
    "mail": "Subject: Hi\n\n--b1\nContent-Type: text/html;\n charset=utf-8\n\n{page}\n\n--b1--\n",
    "xml": "<item>\n<body><![CDATA[\n{page}\n]]></body>\n</item>\n",
    "vue": "<template>\n{page}\n</template>\n<script>\nexport default {}\n</script>\n",
    "markdown": "Use this:\n\n{indented}\n\nThat is all.\n",
    "restructured text": "Title\n=====\n\n.. raw:: html\n\n{indented}\n\nMore.\n",
    "org": "* Title\n#+BEGIN_SRC html\n{page}\n#+END_SRC\n",
    "asciidoc": "== Title\n[source,html]\n----\n{page}\n----\n",
    "asciidoc, with more in it": "== Title\n[source,html]\n----\n\n{page}\n\nMore.\n----\n",
    "asciidoc, cut off": "== Title\n[source,html]\n----\n{page}\n",
    "latex": "\\begin{verbatim}\n{page}\n\\end{verbatim}\n",
    "latex, with more in it": "\\begin{lstlisting}\n$ curl mill.test\n\n{page}\n\nMore.\n\\end{lstlisting}\n",
    "org, with more in it": "* Title\n#+begin_example\nIt is:\n\n{page}\n\nMore.\n#+end_example\n",
}
# Where a log is surely part of a program, however little of one is there.
LOGS = [
    "cat > a.log <<'EOF'\n{log}\nEOF\n", "FROM nginx\nCOPY <<END /a.log\n{log}\nEND\n", 'LOG = """\n{log}\n"""\n',
    "const log = `{log}`;\n", "read('\n{log}\n')\n", 'echo "\n{log}\n" > a.log\n', "define LOG\n{log}\nendef\n",
]  # fmt: skip
# Strings whose text begins right behind their mark, and what else programs have in them.
STRINGS = [
    'const S: &str = r#"{text}"#;\n', 'auto s = R"x({text})x";\n', "X='{text}'\necho \"$X\" | wc -l\n",
    'echo "{text}" > a.txt\n', "grep -c x <<< '{text}'\n", "INSERT INTO a (body) VALUES ('{text}');\n",
    'x <- r"({text})"\n', "let s = {|{text}|}\n", "x = %q({text})\n", "my $x = q{{text}};\n", '(def x "{text}")\n',
    "puts DATA.read\n__END__\n{text}\n", "%{\n{text}\n%}\nx = 1;\n", "x = ''\n{text}\n'';\n",
    "let x =<< trim END\n{text}\nEND\n",
]  # fmt: skip
# Lines around a part of a program that say so, whatever the language is.
FRAMED = [
    "{% if open %}\nHello {{ name }}\n{text}\n{% endif %}\n", "{{#each rows}}\n{text}\n{{/each}}\n",
    "{{ range .Rows }}\n\n{text}\n\n{{ end }}\n", "<% if open %>\n{text}\n<% end %>\n",
    "<?php foreach ($a as $b): ?>\n{text}\n<?php endforeach ?>\n", "{#if big}\n<main>\n{text}\n</main>\n{/if}\n",
    "<#list rows as row>\n{text}\n</#list>\n", "#foreach($row in $rows)\n{text}\n#end\n",
    "@foreach (var a in b)\n{\n{text}\n}\n", "@section('content')\n{text}\n@endsection\n",
    "% for row in rows:\n{text}\n% endfor\n", '<c:forEach items="${rows}">\n{text}\n</c:forEach>\n',
    '<ng-container *ngFor="let a of b">\n{text}\n</ng-container>\n', "<Layout title={title}>\n{text}\n</Layout>\n",
    "const a = (\n<Panel>\n{text}\n</Panel>\n);\n", "<template>\n  <pre>\n{text}\n  </pre>\n</template>\n",
    "set text {\n{text}\n}\nputs $text\n", "(*\n{text}\n*)\nlet x = 1\n", "#|\n{text}\n|#\n(a)\n",
    "sh '''\n{text}\n'''\n", "app.sample=\\\n{text}\napp.end=1\n", "ssh web-1 'bash -s' <<\\EOF\n{text}\nEOF\n",
    "INSERT INTO a (id, body) VALUES\n(1, '{text}'),\n(2, 'x');\n", "(def sample\n  '{text}')\n",
    'discard """\n  output:\n{text}\n"""\nimport strutils\necho 1\n',
    '"""\n    show(io)\n\n{text}\n"""\nfunction show(io)\n    1\nend\n',
    '"""\nOf it:\n\n{text}\n"""\ntype Query {\n  a: Int!\n}\n', "def card(a) do\n  ~H'''\n{text}\n  '''\nend\n",
    "$s = @(EOT)\n{text}\n| EOT\n", 'auto s = q"EOS\n{text}\nEOS";\n', "my $s = q:to/END/;\n{text}\nEND\nsay $s;\n",
    "def s = $/\n{text}\n/$\nprintln s\n", "let s = {html|\n{text}\n|html}\n",
    "@chapter One\n@example\n{text}\n@end example\n", ".SH EXAMPLES\n.nf\n{text}\n.fi\n",
    "module a;\n`ifdef A\n{text}\n`endif\n", "#if 0\n{text}\n#endif\n",
    '<svg xmlns="http://www.w3.org/2000/svg">\n<foreignObject>\n{text}\n</foreignObject>\n</svg>\n',
    "<asp:Repeater>\n<ItemTemplate>\n{text}\n</ItemTemplate>\n</asp:Repeater>\n",
    "h2. Output\n{code:title=a}\n{text}\n{code}\n",
    "Title\n\n.. code-block:: text\n   :caption: out\n\n{text}\n\nMore.\n", "p\n  |\n{text}\n",
    "div\n  pre.\n{text}\n", "[a]\nhost = b\nport = 5\n\n[sample]\n{text}\n\n[end]\nx = 1\ny = 2\nz = 3\n",
    '<div-x v-if="open">\n{text}\n</div-x>\n', "Run:\n\n....\n{text}\n....\n",
    "#If False Then\n{text}\n#End If\n", ":::{code} text\n{text}\n:::\n", "= A =\n{{{\n#!text\n{text}\n}}}\n",
    "export const a = 1\n\n<Callout>\n{text}\n</Callout>\n", 'save(body: """\n{text}\n""")\n', "a: |md\n{text}\n|\n",
    "x()\n#cs\n{text}\n#ce\ny()\n", "Rem\n{text}\nEnd Rem\n", "/-\n{text}\n-/\ndef a := 1\n",
    "#-----\n{text}\n-----#\n",
    '(defn f [x]\n  "Gives x:\n{text}\n  as it is"\n  x)\n', "(: Says it\n{text}\non lines :)\n1\n",
    "c: {\n    a text\n    of lines.\n{text}\n}\n", 'doc "It has,\n{text}\n     of them."\nvoid f() {}\n',
    "x = 1\n###\n{text}\n###\ny = 2\n", "print 'a';\n$o =~ s%\n{text}\n%bar%x;\nprint $o, 'b';\n",
    "go run .\ncmp stdout want\n-- want --\n{text}\n-- go.mod --\nmodule a\n", "--TEST--\na\n--EXPECT--\n{text}\n",
    'Feature: a\n  Scenario: b\n    Given a text\n"""\n{text}\n"""\n    Then it ends\n',
    ".Output\n----\n{text}\n----\n",
    "    Given a text\n      \"\"\"html\n{text}\n      \"\"\"\n",
    'import { Tab } from \'./tab\'\n\n<Tab label="x">\n{text}\n</Tab>\n', "<& header &>\n\n{text}\n\n<& footer &>\n",
]  # fmt: skip
# A page in the middle of a comment or string whose other lines are words.
WORDY = [
    "module a;\n\n/++\nIt prints this page to whoever asks for it:\n\n{page}\n\nand then it ends.\n+/\nvoid f() {}\n",
    "<#\n.SYNOPSIS\nIt prints a page.\n\n{page}\n\n.PARAMETER Path\nWhere it is.\n#>\nparam([string]$Path)\n",
    "#[=======[.rst:\nOrders\n\nA page:\n\n{page}\n\nFor those who ask.\n\nIt ends.\n#]=======]\nset(a 1)\n",
    "--[==[ It prints this page of orders:\n\n{page}\n\nFor those who ask.\n\nIt ends.\n]==]\nlocal a = 1\n",
    '(define (f x)\n  "Return the page of orders.\n\nIt is:\n\n{page}\n\nFor those who ask.\n\nIt ends."\n  (g x))\n',
    "import re\n\ndef f(x):\n    return x\n\n{page}\n\ndef g(x):\n" + "    y = x + 1\n" * 40 + "    return y\n",
]  # fmt: skip
# The same signs where a person writes them, and what follows is a document.
WRITTEN = [
    "@john (ops) wrote:", "#incident (open)", "100% of it fails:", 'The server said "no"', "I ran `make`", "Hi team,\n",
    "===", "web-1 (nginx):", "[LOG]", "<log>", "<<<", "'''", "Price {x}",
    "`kubectl logs web-1` prints", ":siren:", "//files/share/app.log", "   ---", "...", "Log from db-1; read it",
    "LOG ====", 'It is 5" wide.', "\u65e5\u5fd7", "Look (again) :-)", "1) The log", "Booting worker",
    "<scrimp:keep>as it was told</scrimp:keep>",
]  # fmt: skip
LOG = "\n".join(f"2026-11-25 10:00:{n} INFO worker {n} took job {7 * n}" for n in range(10, 40))
FRAMES = ["{}", "Why does it fail?\n\n{}", "{}\n\nWhy does it fail?"]


@pytest.mark.parametrize("level", ["tidy", "focus", "dense"])
@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("page", [PAGE, FRAGMENT], ids=["page", "fragment"])
@pytest.mark.parametrize("language", PROGRAMS)
def test_a_page_in_a_program_keeps_every_byte(language: str, page: str, frame: str, level: str) -> None:
    prompt = frame.replace("{}", PROGRAMS[language].replace("{page}", page))

    assert compress(prompt, level).text == prompt


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("page", [PAGE, FRAGMENT.replace('"', "")], ids=["page", "fragment"])
@pytest.mark.parametrize("place", YAML)
def test_a_page_in_yaml_keeps_every_byte(place: str, page: str, frame: str, line_end: str) -> None:
    text = YAML[place].replace("{page}", page.replace("\n", "\n\n      "))
    prompt = frame.replace("{}", text).replace("\n", line_end)

    assert compress(prompt, "tidy").text == prompt


@pytest.mark.parametrize("page", [PAGE, FRAGMENT], ids=["page", "fragment"])
@pytest.mark.parametrize("part", PARTS)
def test_a_page_in_a_part_of_another_text_keeps_every_byte(part: str, page: str) -> None:
    text = PARTS[part].replace("{page}", page).replace("{doubled}", page.replace('"', '""'))
    prompt = text.replace("{indented}", indent(page, "    "))

    assert compress(prompt, "tidy").text == prompt


def test_thousands_of_fragments_are_no_pages() -> None:
    few, many = ("<div><b>a</b></div>\nThe mill is old.\n" * count for count in (2, 2_001))

    assert compress(few, "tidy").text == "a\nThe mill is old.\n" * 2
    assert compress(many, "tidy").text == many


@pytest.mark.parametrize("part", LOGS)
def test_a_log_in_a_string_or_here_document_keeps_every_byte_and_one_in_marks_does_not(part: str) -> None:
    prompt = part.replace("{log}", LOG)

    assert compress(prompt, "tidy").text == prompt
    assert len(compress(f'The log:\n"""\n{LOG}\n"""\n\nWhy did it fail?', "tidy").text) < len(LOG)


@pytest.mark.parametrize("text", [PAGE, LOG], ids=["page", "log"])
@pytest.mark.parametrize("program", STRINGS)
def test_what_begins_right_behind_the_mark_of_a_string_keeps_every_byte(program: str, text: str) -> None:
    prompt = "Why does it fail?\n\n" + program.replace("{text}", text)

    assert compress(prompt, "tidy").text == prompt


@pytest.mark.parametrize("level", ["lossless", "tidy", "dense"])
@pytest.mark.parametrize("frame", FRAMED)
def test_what_a_template_or_unfinished_code_holds_keeps_every_byte(frame: str, level: str) -> None:
    records = json.dumps([{"id": at, "name": f"part {at}"} for at in range(4)], indent=2)
    for text in (FRAGMENT, LOG, records):
        prompt = "Why does it fail?\n\n" + frame.replace("{text}", text)
        assert compress(prompt, level).text == prompt


@pytest.mark.parametrize("program", WORDY)
def test_a_page_among_the_words_of_a_comment_or_string_keeps_every_byte(program: str) -> None:
    prompt = "Why does it fail?\n\n" + program.replace("{page}", FRAGMENT.replace('"', "'"))

    assert compress(prompt, "tidy").text == prompt


@pytest.mark.parametrize(
    "page",
    [
        '<html xmlns:th="http://www.thymeleaf.org">\n<body>\n<p th:text="${user.name}">Anna</p>\n</body>\n</html>',
        "<html>\n<body>\n<#list animals as animal>\n<p>a ${animal.name} in it</p>\n</#list>\n</body>\n</html>",
        "<!DOCTYPE html>\n<html>\n<body>\n<h1>{message}</h1>\n<p>{error.status} it is</p>\n</body>\n</html>",
        "<html>\n<head>\n<title>@model.title</title>\n</head>\n<body>\n<p>Text</p>\n</body>\n</html>",
        '<ul class="items">\n  - @tests.each do |test|\n    <li><a href="#{test.url}">all of it</a></li>\n</ul>',
    ],
    ids=["thymeleaf", "freemarker", "dust", "vash", "slim"],
)
def test_a_page_whose_values_a_program_fills_in_keeps_every_byte(page: str) -> None:
    assert compress(page, "tidy").text == page


@pytest.mark.parametrize("prompt", ["{diff}", "Is it right?\n\n{diff}", "<diff>\n{diff}</diff>\n\nIs it right?"])
def test_a_diff_of_a_page_keeps_every_byte(prompt: str) -> None:
    page = f" {PAGE}\n".replace("\n", "\n ").replace(" <h1>", "-<h1>Mills</h1>\n+<h1>").rstrip(" ")
    prompt = prompt.replace("{diff}", f"--- a/mill.html\n+++ b/mill.html\n@@ -1,7 +1,7 @@\n{page}")

    assert compress(prompt, "tidy").text == prompt


@pytest.mark.parametrize("program", ['x <- r"({rows})"\ny <- 1\n', "set x '{rows}'\necho $x\n", "x = '{rows}'\n"])
def test_a_listing_that_begins_on_the_line_of_its_assignment_keeps_every_byte(program: str) -> None:
    rows = "\n".join(f"src/mill/wheel.c:{7 * at}: turn(wheel, {at})" for at in range(24))
    prompt = program.replace("{rows}", rows)

    assert compress(prompt, "dense").text == prompt


@pytest.mark.parametrize("sign", ["#", ";", "//", "--", "%"])
def test_a_listing_in_comments_is_no_command_output(sign: str) -> None:
    rows = "".join(f"{sign} src/mill/wheel.c:{7 * at}: turn(wheel, {at})\n" for at in range(24))
    prompt = f"[Service]\nType=oneshot\n\n{rows}\n[Install]\n"

    assert compress(prompt, "dense").text == prompt


@pytest.mark.parametrize("level", ["tidy", "dense"])
@pytest.mark.parametrize(
    "line", ["energy[{}] = weights[{}] * pow(sum[{}], 2);", 'Choice "{} Lines" "1"', "[ User-Name-{} ]"]
)
def test_code_that_was_pasted_into_a_chat_with_times_keeps_every_byte(line: str, level: str) -> None:
    code = "".join(f"    {line}\n".replace("{}", str(at)) for at in range(24))
    chat = (
        f"[2026-11-30 09:12] ana: it is red\n[2026-11-30 09:13] bo: I did this\n{code}[2026-11-30 09:20] ana: right\n"
    )

    assert compress(f"{chat}\nWhy?", level).text == f"{chat}\nWhy?"


def test_comments_between_the_code_of_a_told_program_keep_every_byte() -> None:
    code = "\n".join(f"total_{at} = price_{at} * count_{at}" for at in range(12))
    comment = "; This is the part that adds up the orders of the day, and it is called by the shop\n" * 3
    program = f"{code}\n\n\n{comment}\n\n{comment}\n\n{code}\n"

    assert compress(program, "dense", told=[(0, len(program))]).text == program


def test_a_style_sheet_without_braces_keeps_every_byte() -> None:
    rule = "  left: auto\n  top: 0\n  margin: 0 auto\n  align-items: center\n  background: none\n  float: left (old)\n"
    sheet = "".join(f".range-{name}\n\n{rule}\n" for name in ("start", "middle", "end"))
    prompt = f"Why is it not round?\n\nContext:\n{sheet}"

    assert compress(prompt, "dense").text == prompt


@pytest.mark.parametrize("line", WRITTEN)
def test_what_follows_the_words_of_a_person_is_a_document(line: str) -> None:
    for text in (FRAGMENT, LOG):
        prompt = f"Why does it fail?\n\n{line}\n{text}\n"
        assert len(compress(prompt, "tidy").text) < len(prompt)


@pytest.mark.parametrize("frame", ["---", "###", '"""', "===="])
def test_what_a_person_puts_between_two_rulers_is_a_document(frame: str) -> None:
    for text in (FRAGMENT, LOG):
        prompt = f"Why does it fail? It printed:\n{frame}\n{text}\n{frame}\nThanks a lot.\n"
        assert len(compress(prompt, "tidy").text) < len(prompt)


def test_a_log_in_comments_to_the_end_of_the_line_keeps_every_byte() -> None:
    prompt = indent(LOG, "// ") + "\nint main(void) { return 0; }\n"

    assert compress(prompt, "tidy").text == prompt


@pytest.mark.parametrize(
    "prompt",
    [
        "{page}",
        'Page: "{page}"\n\nWhen was the mill built?',
        "When was the mill built?\n\n{page}",
        "Page:\n{page}\n\nWhen was the mill built?",
        "Page:\n    {page}\n\nWhen was the mill built?",
        "<page>\n{page}\n</page>\n\nWhen was the mill built?",
        "I fetched it so:\n\nimport httpx\nprint(httpx.get(URL).text)\n\nIt printed:\n\n{page}\n\nWhat is it about?",
    ],
)
def test_a_page_beside_other_text_becomes_text(prompt: str) -> None:
    before, _, after = prompt.partition("{page}")
    found = compress(prompt.replace("{page}", PAGE), "tidy").text

    assert found.startswith(before)
    assert found.rstrip().endswith(after.rstrip())
    assert "It was built in 1790." in found
    assert "<h1>" not in found


@pytest.mark.parametrize("level", ["tidy", "dense"])
def test_a_log_and_repeated_passages_in_comments_of_a_program_keep_every_byte(level: str) -> None:
    log = "".join(f"2026-11-25 10:00:{second:02} INFO took {second} ms\n" for second in range(30))
    passage = (
        "Parameters:\n\n    The order to look up, as the shop wrote it, with all of its lines and their prices.\n\n"
    )
    pieces = [
        f'def look_up{at}(order):\n    """Look up an order.\n\n    {passage}{log}    """\n    found = orders[order]\n'
        "    total = sum(line.price for line in found)\n    return total\n" + "    total = total + 1\n" * 60
        for at in range(3)
    ]
    prompt = "Why does it fail?\n\nimport orders\n\n" + "\n\n".join(pieces)

    assert compress(prompt, level).text == prompt


@pytest.mark.parametrize("level", ["tidy", "dense"])
def test_the_text_of_a_module_above_its_code_keeps_every_byte(level: str) -> None:
    diagram = "  |    |    .       |\n" * 8
    code = "import orders\n\n\ndef look_up(order):\n    found = orders[order]\n" + "    total = found + 1\n" * 40
    prompt = f'Why does it fail?\n\n"""Orders.\n\nA chunk is:\n\n{diagram}"""\n\n{code}'

    assert compress(prompt, level).text == prompt


def test_a_program_in_a_language_that_nothing_tells_keeps_every_byte() -> None:
    pieces = [
        f"(fn part-{at} [x]\n  ;; The value of the part is what was set by the user, or else the default of the part.\n"
        "  (or (get x :value) (get-in x [:part :default]) (part-error `none)))"
        for at in (1, 2)
    ]
    program = "\n\n".join([pieces[0], pieces[1], pieces[0], pieces[1]]) + "\n"

    assert compress(program, "dense", told=[(0, len(program))]).text == program


FILES = {
    "completions": "".join(f"complete -c mill -s {sign} -d 'Turn the wheel {sign} a bit'\n" for sign in "abcdefgh"),
    "terminal": "".join(f"bind-key -n M-{sign} select-pane\nset -g mouse on\n" for sign in "abcdefgh"),
    "settings with comments": "".join(
        f"# This is what the mill does on day {at}.\n# It may be on or off.\nwheel-{at} on\n\n" for at in range(9)
    ),
    "comments in Vim": "".join(
        f'" On day {at} the wheel turns.\n" A mouse does it.\nlet wheel{at} on\n\n' for at in range(9)
    ),
    "license": "/*\n\nCopyright 1993 The Mill Group\n\n"
    + "A mouse may turn the wheel on any day. It is free.\n\n" * 9
    + "*/\n",
    "words": "\n".join(f"harbor falcon meadow {at}" for at in range(40)) + "\n",
    "text above code": "Turn the wheels of the mill.\n\nIt has two of them.\n\nimport mill\n\n\ndef turn(wheel):\n"
    + "    wheel = wheel + 1\n" * 30,
    "exports": "(define-module (mill)\n  :export (\n"
    + "".join(f" wheel-{at}\n" for at in range(40))
    + ";;; Turning\n turn\n",
}


@pytest.mark.parametrize("tagged", [False, True])
@pytest.mark.parametrize("file", FILES)
def test_no_line_is_selected_from_a_file_of_code_or_settings(file: str, tagged: bool) -> None:
    text = f"<document>\n{FILES[file]}</document>\n\nOn which day does a mouse or a falcon turn the wheel?"
    told = [] if tagged else [(11, text.index("</document>"))]

    assert compress(text, "focus", keep=0.3, told=told).text == text
