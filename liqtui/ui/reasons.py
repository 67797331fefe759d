"""Why a row of the watch table is not what it should be, in words."""

from typing import TYPE_CHECKING

from liqtui.instruments import SUM_VENUE, ExpiredInstrumentError, parse_name, utc_day

if TYPE_CHECKING:
    from liqtui.view import Row, Source

RELATIVE = "no OI: relative"


def reason_of(source: "Source", name: str, row: "Row | None") -> str:
    """Of one that has no picture, or none of a known size. Empty where all is well."""
    if row is None:
        return _nothing_of(source, name)
    history = row.backfill
    if row.strip is None:
        if history is not None and history.problem:
            return f"no history: {history.problem}"
        return "history is fetched" if row.last is not None or row.mark is not None else "no price yet"
    if history is not None and history.problem:
        return f"since now only: {history.problem}"
    return RELATIVE if row.relative else ""


def _nothing_of(source: "Source", name: str) -> str:
    wanted, now_ns = parse_name(name), source.clock_ns()
    behind = source.sums if wanted.venue == SUM_VENUE else (wanted.venue,)
    if wanted.venue != SUM_VENUE and wanted.venue not in source.venues:
        return f"no venue {wanted.venue}"
    try:
        source.catalogue.resolve(wanted, now_ns)
    except ExpiredInstrumentError as error:
        return "expired" if error.expiry_ns is None else f"expired on {utc_day(error.expiry_ns)}"
    except LookupError:
        told = [feed.trouble(now_ns) for feed in source.status().feeds if feed.venue in behind]
        if trouble := " · ".join(words for words in told if words):
            return trouble
        asked = [venue for venue in behind if venue in source.awaited]
        return f"asking {', '.join(asked)} for its listing" if asked else "not listed"
    return "not in this recording" if source.kind == "replay" else "subscribing"
