"""Charts as inline SVG without texts: their labels are HTML around them, which keeps its size on a narrow screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from scrimp.billing.cost_total import CostTotal
from scrimp.render.costs.page.markup import Markup, element, joined, name
from scrimp.units import format_dollars

COLORS = 6  # the last for all others
_HEIGHT = 1000.0
_GAP = 0.15  # share of a column's width
_LABELS = 5
_TOPS = (10, 12, 16, 20, 24, 32, 40, 48, 60, 80, 100)  # tops of the axis: all divisible by four


def columns_chart(periods: Mapping[str, Mapping[str, CostTotal]], what: str) -> Markup:
    """Return the dollars of each period as a column, stacked by model, with a legend of the models."""
    models = _dearest(periods)
    places = {model: place for place, model in enumerate(models[: COLORS - 1])}
    heights = [_stacked(groups, places) for groups in periods.values()]
    top = _round_up(max((sum(stack, Decimal(0)) for stack in heights), default=Decimal(0)))
    columns = [
        _column(number, period, stack, top) for number, (period, stack) in enumerate(zip(periods, heights, strict=True))
    ]
    lines = [
        Markup(f'<path class="grid" d="M0 {_HEIGHT * share:.0f}H{len(periods)}"/>')
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    picture = element(
        "svg", *lines, *columns, viewBox=f"0 0 {max(1, len(periods))} {_HEIGHT:.0f}", preserveAspectRatio="none",
        role="img", aria_label=what,
    )  # fmt: skip
    chart = element("div", _y_axis(top), element("div", picture, class_="plot"), _x_axis(list(periods)), class_="chart")
    return joined(chart, _legend(models))


def bar(share: float, color: int = 0) -> Markup:
    """Return a share of one, or less than nothing, as a bar in its track."""
    width = max(0.0, min(1.0, abs(share))) * 100
    track = Markup('<rect class="track" width="100" height="10"/>')
    return element(
        "svg", track, Markup(f'<rect class="f{color}" width="{width:.2f}" height="10"/>'), viewBox="0 0 100 10",
        preserveAspectRatio="none", aria_hidden="true",
    )  # fmt: skip


def _dearest(periods: Mapping[str, Mapping[str, CostTotal]]) -> list[str]:
    costs: dict[str, Decimal] = {}
    for groups in periods.values():
        for label, total in groups.items():
            costs[label] = costs.get(label, Decimal(0)) + total.cost
    return sorted((label for label, cost in costs.items() if cost), key=lambda label: -costs[label])


def _stacked(groups: Mapping[str, CostTotal], places: Mapping[str, int]) -> list[Decimal]:
    """Return the dollars of a period by color."""
    stack = [Decimal(0)] * COLORS
    for label, total in groups.items():
        stack[places.get(label, COLORS - 1)] += total.cost
    return stack


def _column(number: int, period: str, stack: Sequence[Decimal], top: Decimal) -> Markup:
    """Return a column, the most expensive model at the bottom; the title is what a pointer is told."""
    parts, base = [element("title", f"{period}: {format_dollars(sum(stack, Decimal(0)))}")], _HEIGHT
    for color, dollars in enumerate(stack):
        height = float(dollars / top) * _HEIGHT if top else 0.0
        base -= height
        if height:
            parts.append(
                Markup(
                    f'<rect class="f{color}" x="{number + _GAP / 2:.3f}" width="{1 - _GAP:.3f}" y="{base:.2f}"'
                    f' height="{height:.2f}"/>'
                )
            )
    return element("g", *parts)


def _round_up(amount: Decimal) -> Decimal:
    """Return the next amount a quarter of which is easy to read."""
    if not amount:
        return Decimal(0)
    tenth = Decimal(10) ** (amount.adjusted() - 1)
    return next(step * tenth for step in _TOPS if step * tenth >= amount)


def _y_axis(top: Decimal) -> Markup:
    labels = [
        element("span", format_dollars(top * (4 - quarter) / 4), style=f"top:{quarter * 25}%")
        for quarter in range(5) if top or quarter == 4
    ]  # fmt: skip
    widest = max((format_dollars(top * quarter / 4) for quarter in range(1, 5)), key=len)
    return element("div", element("span", widest, class_="wide"), *labels, class_="y axis")


def _x_axis(periods: Sequence[str]) -> Markup:
    """Return some labels, evenly apart, the first and the last among them."""
    count = min(len(periods), _LABELS)
    chosen = [round(place * (len(periods) - 1) / max(1, count - 1)) for place in range(count)]
    labels = (
        element("span", periods[place], **({"class_": "less"} if number % 2 else {}))
        for number, place in enumerate(chosen)
    )
    return element("div", *labels, class_="x axis")


def _legend(models: Sequence[str]) -> Markup:
    named = models if len(models) <= COLORS else models[: COLORS - 1]
    items = [
        element("li", element("i", class_=f"swatch f{place}"), name(model)) for place, model in enumerate(named)
    ]  # fmt: skip
    if len(models) > len(named):
        others = f"{len(models) - len(named)} others"
        items.append(element("li", element("i", class_=f"swatch f{COLORS - 1}"), others))
    return element("ul", *items, class_="legend")
