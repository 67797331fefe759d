"""How long to stay away from a venue that says no, and in which words it said so."""

import random

import msgspec
import pytest

from liqtui.feeds.refusals import Refusals, http_words, retry_after_s
from liqtui.feeds.settings import Timing
from liqtui.venues import load
from liqtui.venues.base import Limits

LIMITS = Limits(1.0, 100, 10, 10, 1000)
DAY = 86_400.0


def of(limits: Limits = LIMITS) -> Refusals:
    return Refusals(limits, Timing(), random.Random(1))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "HTTP 403 (forbidden: blocked for this region or address)"),
        (418, "HTTP 418 (banned for going on after too many requests)"),
        (429, "HTTP 429 (too many requests)"),
        (451, "HTTP 451 (unavailable for legal reasons)"),
        (503, "HTTP 503"),
    ],
)
def test_a_refusal_in_words(status: int, words: str) -> None:
    assert http_words(status) == words


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "259200"}, 3 * DAY),
        ({"Retry-After": "99999999"}, 7 * DAY),
        ({"Retry-After": "Fri, 09 Oct 2026 12:05:00 GMT", "Date": "Fri, 09 Oct 2026 12:00:00 GMT"}, 300.0),
        ({"Retry-After": "Fri, 09 Oct 2026 12:00:00 GMT", "Date": "Fri, 09 Oct 2026 12:05:00 GMT"}, 0.0),
        ({"Retry-After": "Fri, 09 Oct 2026 12:05:00 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "٣"}, None),
        ({}, None),
    ],
)
def test_what_a_retry_after_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_refusals_in_a_row_wait_longer_each_time_up_to_a_quarter_of_an_hour() -> None:
    refusals = of()
    waits = [refusals.wait_s(451, None) for _ in range(8)]
    for wait, ceiling in zip(waits, (60, 120, 240, 480, 900, 900, 900, 900), strict=True):
        assert ceiling / 2 <= wait <= ceiling
    refusals.reset()
    assert refusals.wait_s(451, None) <= 60


def test_a_ban_lasts_minutes_to_a_day_where_nothing_is_said_and_days_where_it_is() -> None:
    refusals = of()
    waits = [refusals.wait_s(418, None) for _ in range(12)]
    assert 120 <= waits[0] <= 240
    assert DAY / 2 <= waits[-1] <= DAY
    assert refusals.wait_s(418, 3 * DAY) == 3 * DAY
    assert 30 <= refusals.wait_s(429, None) <= 60, "another matter"


def test_bybit_says_a_403_lasts_ten_minutes() -> None:
    assert of(load("bybit").limits).wait_s(403, None) == 600.0
    assert of(msgspec.structs.replace(LIMITS, forbidden_s=600.0)).wait_s(451, None) <= 60
