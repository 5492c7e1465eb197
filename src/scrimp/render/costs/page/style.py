"""The look of the page: light and dark, on paper, and from the width of a phone on."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #dfe4ea; --paper: #ffffff; --panel: #f5f7f9;
  --c0: #0072b2; --c1: #e69f00; --c2: #009e73; --c3: #cc79a7; --c4: #56b4e9; --c5: #8c96a3;
  --bad: #b3261e; --good: #00704f }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa6b5; --line: #313a46; --paper: #14181e;
  --panel: #1c222a; --c0: #4aa3df; --c3: #d99bbd; --bad: #ff8a80; --good: #4cc79b } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem }
p { margin: .25rem 0 .75rem; max-width: 44rem }
.soft, footer, th, .axis { color: var(--soft) }
.cards { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0 }
.card { flex: 1 1 max(9.5rem, 30%); background: var(--panel); border-radius: .5rem; padding: .75rem .9rem;
  min-width: 0 }
.card b { display: block; font-size: 1.5rem; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums }
.card small { font-size: .6em; font-weight: 400 }
.card span { font-size: .85rem; color: var(--soft); display: block; overflow-wrap: anywhere }
.chart { display: grid; grid-template-columns: max-content 1fr; column-gap: .5rem; margin: .5rem 0 }
.chart .y { position: relative; height: 13rem; font-size: .8rem; text-align: right; min-width: 2.2rem }
.chart .y span { position: absolute; right: 0; transform: translateY(-50%); white-space: nowrap }
.chart .y .wide { visibility: hidden; position: static; transform: none }
.chart .plot { height: 13rem; min-width: 0 }
.chart svg { display: block; width: 100%; height: 100% }
.chart .x { grid-column: 2; display: flex; justify-content: space-between; font-size: .8rem; padding-top: .25rem;
  white-space: nowrap }
svg .grid { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; padding: 0; margin: .5rem 0;
  font-size: .85rem }
.legend li { display: flex; align-items: center; gap: .4rem; min-width: 0; overflow-wrap: anywhere }
.swatch { flex: none; width: .75rem; height: .75rem; border-radius: 2px }
.f0 { fill: var(--c0); background: var(--c0) } .f1 { fill: var(--c1); background: var(--c1) }
.f2 { fill: var(--c2); background: var(--c2) } .f3 { fill: var(--c3); background: var(--c3) }
.f4 { fill: var(--c4); background: var(--c4) } .f5 { fill: var(--c5); background: var(--c5) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums }
th { font-weight: 500; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line) }
td { text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line) }
th, td { padding: .35rem .5rem }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal;
  overflow-wrap: anywhere; min-width: 7rem }
td svg { display: block; width: 6rem; height: .7rem; margin-left: auto }
td svg .track { fill: var(--line) }
.bad { color: var(--bad) } .good { color: var(--good) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .75rem 0; font-size: .9rem }
dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
pre { font-size: .8rem; line-height: 1.4; overflow-x: auto; background: var(--panel); padding: .75rem;
  border-radius: .5rem }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .75rem; font-size: .85rem }
@media (max-width: 40rem) { .less { display: none } td svg { width: 4rem } .card b { font-size: 1.25rem }
  th, td { padding: .35rem .3rem } th:last-child, td:last-child { padding-right: 0 }
  pre { font-size: .6rem } dl { grid-template-columns: 1fr; gap: 0 } dd { margin-bottom: .4rem } }
@media print { body { font-size: 11px } main { max-width: none } .card, pre { border: 1px solid var(--line) } }
"""
