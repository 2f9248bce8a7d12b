"""The codec between view, address and session: what is written is read again, nothing typed breaks it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.components.frame.views import (
    Part,
    Point,
    companions_of,
    coordinate,
    flag,
    number,
    one_of,
    read,
    rounded_point,
    whole,
    write,
    written_flag,
)

KINDS = ("plain", "striped")


@dataclass(frozen=True)
class View:
    kind: str = "plain"
    pin: Point = (0.0, 1.0)
    share: float = 0.5
    reach: float | None = None
    count: int = 3
    stripes: bool = False


PARTS = (
    Part("kind", "plain", one_of(KINDS), names=("model",)),
    Part("pin", (0.0, 1.0), coordinate, names=("z1", "z2")),
    Part("share", 0.5, number(0, 1)),
    Part("reach", None, number(1, 6), "{:g}".format),
    Part("count", 3, whole(1, 9)),
    Part("stripes", lambda above: above["kind"] == "striped", flag, written_flag),
)
NAMES = ["model", "z1", "z2", "share", "reach", "count", "stripes"]

coordinates = st.floats(-1000, 1000).map(coordinate)
views = st.builds(
    View,
    st.sampled_from(KINDS),
    st.tuples(coordinates, coordinates),
    st.floats(0, 1).map(lambda share: round(share, 4)),
    st.none() | st.floats(1, 6).map(lambda reach: round(reach, 2)),
    st.integers(1, 9),
    st.booleans(),
)
texts = st.text() | st.sampled_from(["nan", "inf", "-1e400", "1", "0", "2.5", "striped", "٣", "1_0"])


@given(views)
def test_what_is_written_is_read_again(view: View) -> None:
    assert read(write(view, PARTS), PARTS, View) == (view, None)


@given(views)
def test_only_what_is_not_usual_is_written(view: View) -> None:
    usual, _ = read({"model": view.kind}, PARTS, View)
    written = write(view, PARTS)
    for part in PARTS[1:]:
        differs = getattr(view, part.field) != getattr(usual, part.field)
        assert all((name in written) == differs for name in part.parameters)
    assert ("model" in written) == (view.kind != "plain")


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(), texts))
def test_any_address_gives_a_view_that_can_be_shown(address: dict[str, str]) -> None:
    view, refused = read(address, PARTS, View)
    assert read(write(view, PARTS), PARTS, View) == (view, None)
    assert all(abs(z) <= 1000 for z in view.pin)
    assert 0 <= view.share <= 1
    assert view.count in range(1, 10)
    if set(address) - set(NAMES):
        assert refused is not None
        assert "this page does not know" in refused


def test_a_bare_address_is_the_usual_view() -> None:
    assert read({}, PARTS, View) == (View(), None)
    assert write(View(), PARTS) == {}


def test_what_is_usual_may_hang_on_the_parts_above() -> None:
    assert read({"model": "striped"}, PARTS, View)[0].stripes
    assert not read({"model": "striped", "stripes": "0"}, PARTS, View)[0].stripes
    assert write(View("striped", stripes=True), PARTS) == {"model": "striped"}
    assert write(View("striped", stripes=False), PARTS) == {"model": "striped", "stripes": "0"}


def test_a_point_is_written_whole_and_read_in_part() -> None:
    assert write(View(pin=(0.0, 2.0)), PARTS) == {"z1": "0.0", "z2": "2.0"}
    assert read({"z1": "2"}, PARTS, View)[0].pin == (2.0, 1.0)


@pytest.mark.parametrize("garbage", ["nan", "inf", "-1e9", "1001", "", "three", "1,5", "0x10", "<b>"])
def test_a_coordinate_that_is_none_is_named_and_its_point_is_usual(garbage: str) -> None:
    view, refused = read({"model": "striped", "z1": "1.5", "z2": garbage}, PARTS, View)
    assert (view.kind, view.pin) == ("striped", (0.0, 1.0))
    assert refused is not None
    assert f"z2 = {garbage or 'nothing'}," in refused
    assert "z1" not in refused


@pytest.mark.parametrize("name", NAMES)
def test_a_text_that_nothing_reads_is_named(name: str) -> None:
    view, refused = read({name: "blue"}, PARTS, View)
    assert view == View()
    assert refused == (
        f"The address asks for {name} = blue, which cannot be shown: choose on the page instead."
    )


def test_what_is_not_in_the_table_is_named_in_one_sentence() -> None:
    assert read({"colour": "blue"}, PARTS, View) == (
        View(),
        "The address has a part this page does not know: colour=blue.",
    )
    _, refused = read({"colour": "blue", "count": "4", "size": "3"}, PARTS, View)
    assert refused == "The address has parts this page does not know: colour=blue, size=3."


def test_everything_wrong_is_named_at_a_length_that_can_be_read() -> None:
    view, refused = read({"model": "x" * 500, "z1": "nan", "z2": "nan", "y" * 500: "z" * 500}, PARTS, View)
    assert view == View()
    assert refused is not None
    assert all(part in refused for part in ("model = xxxx", "z1 = nan", "z2 = nan", "yyy…=zzz"))
    assert len(refused) < 300


@given(st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_rounding_moves_a_point_by_less_than_a_pixel(z1: float, z2: float) -> None:
    pin = rounded_point(z1, z2)
    assert pin is not None
    assert math.dist(pin, (z1, z2)) < 1e-4
    assert "-0.0" not in map(str, pin)


def test_a_point_that_is_none_is_not_kept() -> None:
    assert rounded_point(None, 1.0) is None
    assert rounded_point(1.0, math.inf) is None


@given(st.dictionaries(st.sampled_from(["present", "lesson", "step", "room", "z1"]) | st.text(), texts))
def test_companions_of_an_address_are_those_of_the_address_that_they_make(address: dict[str, str]) -> None:
    found = companions_of(address)
    assert companions_of(found) == found
    assert set(found) <= {"present", "lesson", "step", "room"}
    assert all(0 < len(text) <= 40 for text in found.values())


def test_what_goes_along_is_known_to_every_page() -> None:
    address = {"present": "", "lesson": "short.en", "step": "plane", "room": "FHJKL"}
    assert companions_of(address) == {**address, "present": "1"}
    assert companions_of({"present": "0", "lesson": "", "room": "x" * 41}) == {}
    assert read(address, PARTS, View) == (View(), None)
