"""A page becomes text only where it is a page and nothing else: one that a program fills in is code."""

from __future__ import annotations

import pytest

from scrimp.compress import compress
from scrimp.compress.zones.templates import is_filled_in

PAGE = (
    "<!DOCTYPE html>\n<html lang='en'>\n<head>\n<title>Mill</title>\n{head}</head>\n<body class='plain'>\n"
    "<h1>The mill</h1>\n<p>It was built in 1790 by <a href='https://a.test/b'>Anna Meier</a>.</p>\n"
    "{body}</body>\n</html>\n"
)
QUESTION = "\n\nWhere is the value of the first one set?"
FILLED_IN = {
    "DTML": "<dtml-in rows><dtml-var name></dtml-in>", "DTML entity": '<a href="&dtml-URL1;">x</a>',
    "TAL": '<p tal:content="row/name">x</p>', "Genshi": '<li py:for="row in rows">x</li>',
    "Xslate": "<div>By <: $name :>.</div>", "Xslate line": ": for $rows -> $row {\n<p>x</p>\n: }",
    "pandoc": "$if(date)$\n<p>$date$</p>\n$endif$", "Template Toolkit": "<p>[% row.name %]</p>",
    "HTML::Template": "<p><TMPL_VAR NAME=row></p>", "ColdFusion": '<cfoutput query="rows">x</cfoutput>',
    "JSTL": '<c:if test="x">y</c:if>', "JSF": "<h:outputText value='x'/>", "EL": "<p>${row.name}</p>",
    "CL-EMB": "Resource ${script-name} not found.", "Thymeleaf": '<p th:text="*{name}">x</p>',
    "FreeMarker": "<#list rows as row><p>x</p></#list>", "Velocity": "#foreach ($row in $rows)\n<p>x</p>\n#end",
    "Mojolicious": "% for my $row (@rows) {\n<p>x</p>\n% }", "Mako": "% if rows:\n<p>x</p>\n% endif",
    "Smarty": "{foreach $rows as $row}<p>x</p>{/foreach}", "Smarty value": "<p>{$name}</p>",
    "Blade": "@foreach ($rows as $row)\n<p>x</p>\n@endforeach", "Razor": "<p>\n@if (open) {\n<b>x</b>\n}\n</p>",
    "Vue": '<p v-if="open">x</p>', "Vue, short": '<p :title="name" @click="go()">x</p>',
    "Angular": '<p *ngIf="open">x</p>', "Angular event": '<b (click)="go()">x</b>',
    "AngularJS": '<p ng-repeat="a in b">x</p>',
    "Alpine": '<p x-text="name">x</p>', "QWeb": '<p t-esc="name">x</p>', "WXML": '<view wx:if="x">y</view>',
    "LWC": '<p for:each="x">y</p>', "Svelte": "<p>{name}</p>", "JSX": "<p title={name}>x</p>",
    "Jinja": "<p>{{ name }}</p>", "Jinja in an attribute": '<a href="{{ url }}">x</a>',
    "Twig comment": "<p>{# x #}</p>",
    "doT in a script": "<script>var a = {% x %};</script>", "ERB in a style": "<style>p { color: <%= c %> }</style>",
    "SSI": '<!--#include virtual="/a" -->', "PHP": "<p><?php echo $x ?></p>", "string.Template": "<p>$name</p>",
    "printf": "<p>%s</p>", "Python": "<p>%(name)s</p>", "Autoconf": "<p>@VERSION@</p>", "by words": "<p>%AUTHOR%</p>",
}  # fmt: skip
PLAIN = {
    "prices": "<p>It costs $5 to $10, or 20 % of 50 €. Mail: x@a.test, #1, @anna.</p>",
    "a lesson": "<p>Write</p><pre>{{ name }} ${x}</pre><p>or <code>[% x %]</code>.</p>",
    "a script": "<script>const f = (x) => `${x}`; if (a) { b({ c: 1 }) }</script>",
    "a style": "<style>@media print { a { color: red } }</style>", "a comment": "<!-- ${x} v-if='a' -->",
    "attributes": '<p data-a=\'{"b": 1}\' aria-label="x: y=z" xml:lang="en" onclick="$(\'#a\').hide()">x</p>',
    "Word": "<p class=MsoNormal>x<o:p></o:p></p>", "rendered Angular": '<div ng-version="17.0.0" _ngcontent-a>x</div>',
    "a picture": '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><use xlink:href="#a"></use></svg>',
}  # fmt: skip


@pytest.mark.parametrize("language", FILLED_IN)
@pytest.mark.parametrize("level", ["tidy", "focus", "dense"])
def test_a_page_that_a_program_fills_in_stays(language: str, level: str) -> None:
    page = PAGE.format(head="", body=f"{FILLED_IN[language]}\n")

    assert compress(f"{page}{QUESTION}", level, told=[(0, len(page))]).text == f"{page}{QUESTION}"
    assert compress(f"{page}{QUESTION}", level).text == f"{page}{QUESTION}"


@pytest.mark.parametrize("kind", PLAIN)
def test_a_page_without_such_places_becomes_text(kind: str) -> None:
    page = PAGE.format(head="", body=f"{PLAIN[kind]}\n")

    assert "<html" not in compress(f"{page}{QUESTION}", "tidy", told=[(0, len(page))]).text


def test_all_parts_of_a_template_stay() -> None:
    text = "<div>\n<p>The mill is old.</p>\n</div>\nBy hand.\n<ul>\n<li>{{ name }}</li>\n</ul>\n"

    assert compress(f"{text}{QUESTION}", "tidy", told=[(0, len(text))]).text == f"{text}{QUESTION}"


def test_a_script_that_does_not_end_hides_the_rest_as_in_browsers() -> None:
    assert not is_filled_in("<p>a</p><script>{{ b }}")
    assert is_filled_in("<p>{{ a }}</p><script>b")


def test_a_tag_that_does_not_end_is_read_once() -> None:
    # Quadratic matching would take minutes here; the suite's own time limit would tell.
    for name in ("a", "-a", "\u5b57"):
        assert not is_filled_in(f"<p>x</p><{name * 400_000}")
