"""What a bench hands back: a figure measured in this run beside its goal, and the line that says why it was missed."""

from dataclasses import dataclass


class SkippedError(Exception):
    """A bench cannot be run here; the message says why."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a figure."""

    limit: float
    at_least: bool = False

    def met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:,g}"


def at_least(limit: float) -> Goal:
    return Goal(limit, at_least=True)


def at_most(limit: float) -> Goal:
    return Goal(limit)


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the table."""

    name: str
    value: float | None
    """None: not measured; `note` says why."""
    unit: str
    goal: Goal | None = None
    reason: str = ""
    """Why the goal is missed, where it is; printed only then."""
    note: str = ""
    """What was measured against what."""

    @property
    def met(self) -> bool | None:
        return None if self.goal is None or self.value is None else self.goal.met(self.value)

    def figure(self) -> str:
        if self.value is None:
            return "skipped"
        digits = 0 if abs(self.value) >= 100 else 1 if abs(self.value) >= 10 else 2
        return f"{self.value:,.{digits}f} {self.unit}"
