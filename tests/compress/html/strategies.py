"""A page with something of everything and the text it becomes; pieces of pages for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

PAGE = """<!doctype html>
<html lang="en">
<head><title>Doors &amp; keys</title><style>p { color: red }</style><script>let x = "<p>no</p>";</script></head>
<body>
<nav><a href="/">Home</a> <a href="https://example.com/docs">Docs</a></nav>
<h1>The   Guide</h1>
<!-- nobody sees this -->
<p>Tom &amp; Ann pay 5&nbsp;&euro;, <b>not</b> 10<sup>2</sup>&nbsp;&euro;; see <a href="https://example.com/docs">the
docs</a>, <a href="https://a.example/x?y=1&amp;z=2">this</a> or <a href="https://b.example/">b.example</a>.</p>
<p hidden>hidden one</p><p style="color:red; display: none">hidden two</p><template>hidden three</template>
<noscript>hidden four</noscript><dialog>hidden five</dialog>
<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>
<ol start="3"><li>three</li><li>four</li></ol>
<table><tr><th>Name</th><th>Size</th></tr><tr><td>a</td><td>1</td></tr><tr><td></td><td><p>2</p></td></tr></table>
<img src="x.png" alt="A red door"><p>Run <code>a  &lt;b&gt; `c`</code> first.</p>
<pre><code class="language-python">def f():
    return "&lt;p&gt;"  # ```


</code></pre>
<footer>Bye<br>now <del>old</del> new</footer>
</body></html>
"""

TEXT = """Doors & keys

Home Docs (https://example.com/docs)

# The Guide

Tom & Ann pay 5 €, not 10^2 €; see the docs, this (https://a.example/x?y=1&z=2) or b.example.

- one
  - inner
- two

3. three
4. four

Name | Size
a | 1
 | 2

A red door

Run `` a  <b> `c` `` first.

````python
def f():
    return "<p>"  # ```


````
Bye
now ~~old~~ new
"""

ELEMENTS = """p div b span li ul ol table tr td th h2 pre code a br img sup del q svg select option button input dl dd
dialog section title noscript ruby rt textarea label"""
names = st.sampled_from(ELEMENTS.split())
attributes = st.sampled_from(
    [
        "",
        " hidden",
        ' href="https://a.b/c"',
        ' href="mailto:a@b.c"',
        ' href="d/e.md" src="f.png"',
        ' alt="x y" value="v w"',
        ' style="display:none"',
        " start=9",
        " open",
    ]
)
words = st.sampled_from(
    [
        "word ",
        "  two\nlines ",
        "&lt;i&gt;",
        "&amp;",
        "5",
        "\u00a0",
        "`",
        "```",
        "~~",
        "日本",
        "é",
        " | ",
        "# ",
        "-",
        "1.5",
        "a_b",
    ]
)
opening = st.builds("<{}{}>".format, names, attributes)
fragments = st.lists(st.one_of(opening, names.map("</{}>".format), words, st.just("<!-- c -->")), max_size=40).map(
    "".join
)
pages = fragments.map("<html><body>{}".format)
any_text = st.text(st.characters(exclude_categories=()))
