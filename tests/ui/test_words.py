"""Numbers and times as a trader reads them."""

import pytest

from liqtui.ui import words

S = 10**9


@pytest.mark.parametrize(("tick", "digits"), [(0.1, 1), (0.01, 2), (0.25, 2), (1, 0), (5, 0), (1e-10, 10), (0.5, 1)])
def test_a_tick_gives_the_digits_of_a_price(tick: float, digits: int) -> None:
    assert words.decimals_of(tick) == digits


@pytest.mark.parametrize(("value", "text"), [
    (60_012.44, "60,012"), (2_690.46, "2,690.5"), (0.00001234, "0.00001234"), (1.2345, "1.2345"), (123.456, "123.46"),
])
def test_levels_are_told_apart_in_few_figures(value: float, text: str) -> None:
    assert words.rough(value) == text


@pytest.mark.parametrize(("value", "text"), [
    (8_410_000_000, "$8.41B"), (412_300, "$412k"), (38_200_000, "$38.2M"), (0, "$0"), (999_700, "$1.00M"),
    (-5_000, "−$5.00k"),
])
def test_dollars(value: float, text: str) -> None:
    assert words.usd(value) == text


@pytest.mark.parametrize(("value", "text"), [(7_120_000, "$7.1M"), (707_000, "$707k"), (84.1e6, "$84M"), (12, "$12")])
def test_axis_dollars_take_five_cells(value: float, text: str) -> None:
    assert words.usd_short(value) == text
    assert len(text) <= 5


def test_what_is_never_still_is_told_in_two_figures() -> None:
    assert [words.usd_about(v) for v in (88_640_000, 217_300_000, 706_900, 12, 0)] == [
        "$89M", "$220M", "$710k", "$12", "$0",
    ]


def test_a_distance_is_told_to_a_hundredth_near_by_and_to_a_tenth_beyond() -> None:
    """20 dollars up at 60,000, 0.03 %, change what is within a percent of the mark and nothing else."""
    far, near = 60_930.0, 60_300.0
    before, after = (
        [words.distance((price / mark - 1) * 100) for price in (far, near)] for mark in (60_000.0, 60_020.0)
    )
    assert before == ["+1.6 %", "+0.50 %"]
    assert after == ["+1.5 %", "+0.47 %"]
    assert words.distance(-2.548) == "−2.5 %"


@pytest.mark.parametrize(("value", "text"), [(2_000, "2k"), (1_250, "1.25k"), (500, "500"), (0.5, "0.5"), (0, "0")])
def test_ends_of_scales_have_no_more_figures_than_they_need(value: float, text: str) -> None:
    assert words.compact(value) == text


@pytest.mark.parametrize(("share", "text"), [
    (0.4, "0"), (99.6, "100"), (999.4, "999"), (1000, "999+"), (78_996, "999+")])
def test_a_share_of_the_picture_keeps_its_column(share: float, text: str) -> None:
    assert words.relative(share) == text


def test_nothing_has_no_sign() -> None:
    assert words.percent(-0.00001) == "0.00 %"
    assert words.percent(-0.0134) == "−1.34 %"


@pytest.mark.parametrize(("seconds", "text"), [
    (0, "0 s"), (12, "12 s"), (119, "119 s"), (180, "3m"), (7_199, "119m"), (10_800, "3h"), (200_000, "2d"),
])
def test_ages(seconds: int, text: str) -> None:
    assert words.age(seconds * S) == text


def test_time_to_funding() -> None:
    assert words.until((3 * 3600 + 12 * 60) * S) == "3h12m"
    assert words.until(45 * S) == "45 s"


def test_names_from_the_wire_cannot_move_the_cursor() -> None:
    assert words.plain("BTC\x1b[2J\u202eUSDT\n") == "BTC[2JUSDT"
    assert words.plain("日BTC") == "日BTC"


def test_wrapping_keeps_words_whole() -> None:
    assert words.wrap("the feed was refused by the venue", 12) == ["the feed was", "refused by", "the venue"]


@pytest.mark.parametrize(("value", "text"), [
    (40.3, "40"), (44.9, "40"), (12.4, "12"), (1.96, "2"), (0.84, "0.8"), (0.97, "1.0"), (250.0, "200"), (0.0, "0"),
])
def test_an_uncertainty_is_known_to_one_figure(value: float, text: str) -> None:
    assert words.coarse(value) == text


def test_an_uncertainty_stands_in_the_unit_of_its_amount() -> None:
    assert f"{words.usd(212e6)} ± {words.beside(212e6, 0.19)}" == "$212M ± 40"
    assert f"{words.usd(999.7)} ± {words.beside(999.7, 0.5)}" == "$1.00k ± 0.5"
