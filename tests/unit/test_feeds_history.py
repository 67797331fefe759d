"""Which pages of history lead back without a hole."""

from liqtui.feeds.history import Page, cover, reach, thinned
from liqtui.feeds.records import Record, RecordKind

CHAIN = ("candles", 10)


def page(oldest: int, newest: int) -> Page:
    return Page(CHAIN, oldest, newest)


def test_a_page_joins_where_its_newest_row_is_next_to_the_oldest_so_far() -> None:
    assert reach([page(50, 90)], 100) == 50, "90 + 10 = 100: adjacent"
    assert reach([page(50, 80)], 100) == 100, "90 is missing"
    assert reach([page(50, 120)], 100) == 50, "overlapping"
    assert reach([], 100) == 100


def test_the_fewest_pages_are_kept() -> None:
    pages = [page(50, 90), page(40, 80), page(10, 60), page(0, 30), page(20, 35)]
    assert cover(pages, 100) == [page(50, 90), page(10, 60), page(0, 30)]


def test_what_is_written_down_is_the_cover_and_the_newest_of_all_else() -> None:
    def reply(ns: int, url: str) -> Record:
        return Record(ns, RecordKind.REPLY, "v/rest", url)

    kept = [
        (reply(1, "tiers"), None), (reply(9, "tiers"), None),
        (reply(2, "a"), page(0, 50)), (reply(3, "b"), page(20, 60)), (reply(8, "c"), page(40, 100)),
        (reply(4, "hole"), page(-90, -50)),
    ]
    assert [(r.u, r.ns) for r in thinned(kept)] == [("a", 2), ("c", 8), ("tiers", 9)]
