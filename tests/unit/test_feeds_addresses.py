"""Whom to ask for positions: the largest and most recent first, no one too often, nobody for ever."""

import pytest

from liqtui.feeds.addresses import (
    AGAIN_NS,
    EVICTED,
    FADES_NS,
    LEAST_GAIN,
    MOST,
    QUIET_NS,
    STALE_NS,
    Addresses,
    Kept,
)

T0 = 1_790_000_000 * 10**9
SECOND = 10**9


def test_of_strangers_who_traded_most_is_asked_first() -> None:
    known = Addresses()
    for name, notional in (("small", 500.0), ("large", 9_000.0), ("middle", 2_000.0), ("trifle", 50.0)):
        known.traded(name, notional, T0)
    known.traded("small", 2_000.0, T0)
    assert known.pick(T0, 10) == ["large", "small", "middle"], "a trifle is not worth a question"


def test_what_was_traded_fades_by_half_in_an_hour() -> None:
    known = Addresses()
    known.traded("old", 1_900.0, T0 - FADES_NS)
    known.traded("new", 1_000.0, T0)
    assert known.pick(T0, 2) == ["new", "old"]


def test_nobody_is_chosen_twice_before_the_answer_nor_soon_after_it() -> None:
    known = Addresses()
    known.traded("a", 1_000.0, T0)
    assert known.pick(T0, 1) == ["a"]
    assert known.pick(T0, 1) == []
    known.answered("a", 5_000.0, T0)
    known.traded("a", 4_000.0, T0 + SECOND)
    assert known.pick(T0 + 2 * SECOND, 1) == []
    assert known.pick(T0 + AGAIN_NS, 1) == ["a"]
    known.failed("a", T0 + AGAIN_NS)
    assert known.pick(T0 + AGAIN_NS + SECOND, 1) == []
    assert known.pick(T0 + 2 * AGAIN_NS, 1) == ["a"], "what it traded still counts"


def test_who_traded_since_goes_before_who_only_grew_old_and_a_large_old_position_before_a_small_one() -> None:
    """After a quarter of an hour a quarter of 100,000 and of 3,000 is worth asking for; 60,000 were just traded."""
    known = Addresses()
    for name, held in (("whale", 100_000.0), ("fish", 3_000.0), ("trader", 10_000.0)):
        known.traded(name, held, T0)
        known.pick(T0, 1)
        known.answered(name, held, T0)
    later = T0 + STALE_NS // 2
    known.traded("trader", 60_000.0, later)
    assert known.pick(later, 3) == ["trader", "whale", "fish"]


def test_a_whale_is_asked_more_often_than_a_fish_but_not_always_first() -> None:
    """100 times the size is asked for 10 times as often: after 3 minutes 100,000 / 100 is what 1,000 is after 30."""
    known = Addresses()
    for name, held in (("fish", 1_000.0), ("whale", 100_000.0)):
        known.traded(name, held, T0)
        known.pick(T0, 2)
        known.answered(name, held, T0)
    due = T0 + STALE_NS
    known.pick(due - STALE_NS // 9, 1)  # 100,000 × (8/9)² is far more than anything else
    known.answered("whale", 100_000.0, due - STALE_NS // 9)
    assert known.pick(due, 2) == ["whale", "fish"]  # 100,000 / 81 = 1,235
    known.answered("whale", 100_000.0, due - STALE_NS // 11)
    known.failed("fish", T0)
    assert known.pick(due, 2) == ["fish", "whale"]  # 100,000 / 121 = 826


def test_a_stranger_is_taken_for_what_strangers_were_found_to_be() -> None:
    """Fifty traded 1,000 each and held a million: the next one who trades 1,000 goes before a known 500,000 traded."""
    known = Addresses()
    for number in range(50):
        known.traded(f"s{number}", 1_000.0, T0)
    for name in known.pick(T0, 50):
        known.answered(name, 1e6, T0)
    later = T0 + AGAIN_NS
    known.traded("s0", 500_000.0, later)
    known.traded("new", 1_000.0, later)
    assert known.pick(later, 2) == ["new", "s0"]  # 1 − 0.98^50 = 0.64 of a million


def test_a_market_makers_trades_count_little_once_its_answers_say_so() -> None:
    """It trades a million between answers and always holds the same; another trades 50,000 that all changed it."""
    known = Addresses()
    now = T0
    for _ in range(8):
        known.traded("maker", 1e6, now)
        known.pick(now, 1)
        known.answered("maker", 1_000.0, now)
        now += AGAIN_NS
    known.traded("maker", 1e6, now)
    known.traded("trader", 50_000.0, now)
    assert known.pick(now, 2) == ["trader", "maker"], f"at most {LEAST_GAIN:.0%} of what it trades"


def test_flat_and_quiet_is_forgotten_flat_and_busy_is_not() -> None:
    known = Addresses()
    for name in ("quiet", "busy", "holder"):
        known.traded(name, 1_000.0, T0)
    known.pick(T0, 3)
    for name, held in (("quiet", 0.0), ("busy", 0.0), ("holder", 700.0)):
        known.answered(name, held, T0 + SECOND)
    known.traded("busy", 1_000.0, T0 + QUIET_NS)
    known.tidy(T0 + QUIET_NS + 2 * SECOND)
    assert len(known) == 2
    assert set(known.pick(T0 + QUIET_NS + 2 * SECOND, 3)) == {"busy", "holder"}


def test_memory_is_bounded_the_least_worth_go() -> None:
    known = Addresses()
    known.traded("whale", 1e9, T0)
    for number in range(MOST + EVICTED):
        known.traded(f"a{number}", 200.0 + number, T0)
    assert len(known) <= MOST
    assert known.pick(T0, 2) == ["whale", f"a{MOST + EVICTED - 1}"]
    everyone = set(known.pick(T0, MOST))
    assert "a0" not in everyone


def test_what_is_kept_begins_the_next_run_the_largest_first() -> None:
    known = Addresses()
    for name, held in (("whale", 100_000.0), ("fish", 3_000.0), ("flat", 0.0)):
        known.traded(name, 5_000.0, T0)
        known.pick(T0, 1)
        known.answered(name, held, T0)
    kept = known.kept(T0, 10)
    assert [one.address for one in kept] == ["whale", "fish"]
    new = Addresses()
    new.restore(kept, T0 + SECOND)
    assert new.pick(T0 + SECOND, 10) == ["whale", "fish"], "at once: this run has been told nothing"


@pytest.mark.parametrize(
    "nonsense",
    [
        Kept("0x\x1b[2J", 1e6, 0.0, 1.0, T0),
        Kept("0x" + "a" * 500, 1e6, 0.0, 1.0, T0),
        Kept("0xa", float("nan"), 0.0, 1.0, T0),
        Kept("0xa", 1e6, 0.0, 1.0, T0 + QUIET_NS),
        Kept("0xa", -1e6, 0.0, 1.0, T0),
    ],
)
def test_a_file_of_nonsense_is_left_out(nonsense: Kept) -> None:
    known = Addresses()
    known.restore([nonsense], T0)
    assert len(known) == 0
