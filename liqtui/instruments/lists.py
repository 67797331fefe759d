"""What lists of instruments are called, and what may stand on one."""

from liqtui.instruments.names import parse_name

WATCH, NAMED, ALL, RECORDED = "watch", "named", "all", "recording"
"""The list that is always there; what was named on the command line; every perpetual; what a recording holds."""
RESERVED = (WATCH, NAMED, ALL, RECORDED)
EVERYTHING = ":*"
"""After a venue: all its live perpetuals."""


def member_of(text: str) -> str:
    """An entry of a list as it is kept: `venue:SYMBOL`, or `venue:*`.

    Raises:
        ValueError: it is neither.
    """
    name = parse_name(text)
    if "*" in name.symbol and name.symbol != "*":
        raise ValueError(f"not an instrument: {text!r} (all of a venue is okx:*)")
    return str(name)
