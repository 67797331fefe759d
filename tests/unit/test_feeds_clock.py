"""Time never goes back and never stands still, whatever is done to the system's clock."""

from dataclasses import dataclass

from liqtui.feeds.clock import Clock

S = 10**9
HOUR = 3_600 * S


@dataclass
class System:
    """A clock that can be set, and one that cannot."""

    wall: int = 1_000_000 * S
    steady: int = 5 * S

    def pass_ns(self, ns: int) -> None:
        self.wall += ns
        self.steady += ns


def made() -> tuple[System, Clock]:
    system = System()
    return system, Clock(lambda: system.wall, lambda: system.steady)


def test_it_is_the_systems() -> None:
    system, clock = made()
    system.pass_ns(7 * S)
    assert (clock(), clock.ahead_ns) == (1_000_007 * S, 0)


def test_set_back_by_an_hour_time_goes_on_as_if_it_had_not_been() -> None:
    """It used to stand still for the hour: no boundary was worked, and nothing new was shown."""
    system, clock = made()
    system.pass_ns(S)
    clock()
    system.wall -= HOUR
    told = []
    for _ in range(3):
        system.pass_ns(S)
        told.append(clock() - 1_000_000 * S)
    assert (told, clock.ahead_ns) == ([2 * S, 3 * S, 4 * S], HOUR)
    system.wall += HOUR
    system.pass_ns(S)
    assert (clock() - 1_000_000 * S, clock.ahead_ns) == (5 * S, 0), "and is the system's once it is right again"


def test_set_forward_by_an_hour_or_after_a_night_asleep_it_is_the_systems() -> None:
    """The steady clock does not run while the machine sleeps; the wall's is right."""
    system, clock = made()
    clock()
    system.wall += HOUR
    system.pass_ns(S)
    assert (clock() - 1_000_000 * S, clock.ahead_ns) == (HOUR + S, 0)


def test_small_corrections_are_waited_for() -> None:
    system, clock = made()
    system.pass_ns(S)
    clock()
    system.wall -= S // 2
    assert (clock() - 1_000_000 * S, clock.ahead_ns) == (S, 0)
    system.pass_ns(S)
    assert (clock() - 1_000_000 * S, clock.ahead_ns) == (3 * S // 2, 0)


def test_set_forward_further_than_it_was_set_back() -> None:
    system, clock = made()
    system.wall -= HOUR
    system.pass_ns(S)
    clock()
    system.wall += 3 * HOUR
    system.pass_ns(S)
    assert (clock() - 1_000_000 * S, clock.ahead_ns) == (2 * HOUR + 2 * S, 0)
