"""The ladder of a View as JSON."""

from datetime import UTC, datetime

from liqtui.events import Side
from liqtui.export.numbers import Json, rounded
from liqtui.view import LadderView

DIGITS = 6
"""Significant digits: what is learned is float32."""


def ladder_json(ladder: LadderView | None) -> Json | None:
    """Shares of openings by effective leverage, per side, with the interval that holds the truth 8 times of 10.

    `level_identified` false: the feed leaves liquidations out, so only the shape is learned; what the shares of a side
    add up to is then assumed. `learned` null: it is the prior, or its venue's.
    """
    if ladder is None:
        return None
    return {
        "leverage": [_round(leverage) for leverage in ladder.leverage],
        "long": _side(ladder, Side.LONG),
        "short": _side(ladder, Side.SHORT),
        "level_identified": ladder.identified,
        "events": _round(ladder.events),
        "churn": [{"share": _round(share), "weight": _round(weight)} for share, weight in ladder.churn],
        "learned": None if ladder.learned_ns is None else utc(ladder.learned_ns),
    }


def utc(ns: int) -> str:
    """The end of a minute: `2026-11-22T10:04:00Z`."""
    return f"{datetime.fromtimestamp(ns // 10**9, UTC):%Y-%m-%dT%H:%M:%S}Z"


def _side(ladder: LadderView, side: Side) -> Json:
    rows = {"mean": ladder.mean, "low": ladder.low, "high": ladder.high}
    return {name: [_round(share) for share in row[side].tolist()] for name, row in rows.items()}


def _round(value: float) -> float:
    return rounded(value, DIGITS)
