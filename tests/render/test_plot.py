from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from scrimp.render.plot import Point, svg_plot, text_plot

_shares = st.floats(-2, 2, allow_nan=False)
_points = st.lists(st.builds(Point, st.text(max_size=12), _shares, _shares), min_size=1, max_size=80)
_TEXT = "{http://www.w3.org/2000/svg}text"


@given(_points, st.text(max_size=20))
def test_the_picture_is_xml_whatever_things_are_called(points: list[Point], title: str) -> None:
    root = ET.fromstring(svg_plot(points, "across", "up", title))

    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == len(points)
    assert {"across", "up"} <= {each.text for each in root.iter(_TEXT)}


@given(_points, st.integers(1, 200))
def test_the_drawing_fits_and_names_every_point(points: list[Point], width: int) -> None:
    lines = text_plot(points, "across", "up", width)
    picture, key = lines[: -len(points)], lines[-len(points) :]

    assert max(map(len, picture)) <= max(width, 30)
    assert [line[4:] for line in key] == [point.name for point in points]


def test_points_are_where_they_belong() -> None:
    lines = text_plot([Point("low", 0.0, 0.5), Point("high", 1.0, 1.0)], "saved", "kept", 40)
    (first,) = (number for number, line in enumerate(lines[:-2]) if "2" in line.partition("|")[2])
    (second,) = (number for number, line in enumerate(lines[:-2]) if "1" in line.partition("|")[2])

    assert first < second
    assert lines[first].index("2") > lines[second].index("1", lines[second].index("|"))


def test_nothing_is_drawn_of_nothing() -> None:
    assert text_plot([], "across", "up", 80) == []
