"""The difference sent to a terminal makes it show what it should, whatever was there and whatever was skipped."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from liqtui.ui.glass import Glass

from .terminal import Display

WIDTH, HEIGHT = 12, 3
STYLES = [None, Style.parse("red"), Style.parse("bold blue on black"), Style.parse("on #102030"), Style.parse("dim")]

pieces = st.lists(st.tuples(
    st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.text("ab ▀日", min_size=1, max_size=8),
    st.sampled_from(STYLES)), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(pieces, st.booleans()), min_size=1, max_size=5))
def test_differences_add_up_to_the_whole_picture(frames: list[tuple[list[tuple[int, int, str, Style]], bool]]) -> None:
    glass, whole, terminal = Glass(WIDTH, HEIGHT), Glass(WIDTH, HEIGHT), Display(WIDTH, HEIGHT)
    for drawn, skipped in frames:
        for y, x, text, style in drawn:
            glass.put(y, x, [Segment(text, style)])
            whole.put(y, x, [Segment(text, style)])
        if not skipped:
            terminal.feed(glass.frame())
    terminal.feed(glass.frame())
    fresh = Display(WIDTH, HEIGHT)
    whole.forget()
    fresh.feed(whole.frame())
    assert terminal.cells == fresh.cells


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(pieces, st.integers(0, 60)), min_size=1, max_size=5))
def test_portions_add_up_to_the_whole_picture(frames: list[tuple[list[tuple[int, int, str, Style]], int]]) -> None:
    """A portion is a line at least; what changes meanwhile is in the next ones."""
    glass, whole, terminal = Glass(WIDTH, HEIGHT), Glass(WIDTH, HEIGHT), Display(WIDTH, HEIGHT)
    for drawn, room in frames:
        for y, x, text, style in drawn:
            glass.put(y, x, [Segment(text, style)])
            whole.put(y, x, [Segment(text, style)])
        terminal.feed(glass.frame(room))
    for _ in range(HEIGHT):
        terminal.feed(glass.frame(0))
    assert not glass.dirty
    fresh = Display(WIDTH, HEIGHT)
    fresh.feed(whole.frame())
    assert terminal.cells == fresh.cells


def test_a_portion_is_no_larger_than_there_is_room() -> None:
    glass = Glass(WIDTH, HEIGHT)
    whole = len(glass.frame())  # three lines alike: 6 bytes to go there, 12 blanks; 4 once for the pen
    assert whole == 3 * (6 + 12) + 4
    glass.forget()
    assert [len(glass.frame(2 * 18 + 4)) for _ in range(3)] == [2 * 18 + 4, 18 + 4, 0]


def test_an_unchanged_picture_sends_nothing() -> None:
    glass = Glass(WIDTH, HEIGHT)
    glass.put(0, 0, [Segment("hello", STYLES[1])])
    assert glass.frame()
    glass.put(0, 0, [Segment("hello", STYLES[1])])
    assert glass.frame() == ""


def test_one_changed_cell_sends_one_cell() -> None:
    glass = Glass(WIDTH, HEIGHT)
    glass.frame()
    glass.put(1, 4, [Segment("x")])
    assert glass.frame() == "\x1b[2;5H\x1b[0mx"


def test_wide_characters_take_two_cells() -> None:
    glass = Glass(6, 1)
    glass.put(0, 0, [Segment("日本ab")])
    assert glass.frame() == "\x1b[1;1H\x1b[0m日本ab"
    glass.put(0, 4, [Segment("日本")])
    assert glass.frame() == "\x1b[1;5H\x1b[0m日"


def test_half_a_wide_character_is_a_blank() -> None:
    glass = Glass(5, 1)
    glass.put(0, 0, [Segment("日本a")])
    glass.put(0, 1, [Segment("xy")])
    assert glass.frame() == "\x1b[1;1H\x1b[0m xy a"
    glass.put(0, 4, [Segment("日")])
    assert glass.frame() == "\x1b[1;5H\x1b[0;1m \x1b[0m"  # bold, as a blank in the last column always is
