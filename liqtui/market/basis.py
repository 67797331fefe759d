"""The basis: a contract's price against the index."""

DAYS_PER_YEAR = 365.0
SHORTEST_DAYS = 1.0
"""Below a day to go, a tick of basis would be hundreds of percent a year: no figure is better than that one."""


def basis(mark: float, index: float) -> float:
    """Mark over index − 1, a fraction."""
    return mark / index - 1


def per_year(fraction: float, days_left: float | None) -> float | None:
    """The basis per year, simple interest; None for a perpetual and on a contract's last day."""
    return None if days_left is None or days_left < SHORTEST_DAYS else fraction * DAYS_PER_YEAR / days_left
