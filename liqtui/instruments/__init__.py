"""What is traded: instruments as venues list them, names as people type them, and expiry series."""

from liqtui.instruments.catalogue import Catalogue
from liqtui.instruments.contract import DOLLARS, Instrument, Kind
from liqtui.instruments.names import (
    DEFAULT_VENUE,
    ExpiredInstrumentError,
    Name,
    UnknownInstrumentError,
    UnknownVenueError,
    parse_name,
    until,
    utc_day,
)
from liqtui.instruments.sums import SUM_VENUE, parts_of_sum, summed

__all__ = [
    "DEFAULT_VENUE", "DOLLARS", "SUM_VENUE", "Catalogue", "ExpiredInstrumentError", "Instrument", "Kind", "Name",
    "UnknownInstrumentError", "UnknownVenueError", "parse_name", "parts_of_sum", "summed", "until", "utc_day",
]
