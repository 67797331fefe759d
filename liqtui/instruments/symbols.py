"""What can be read off a symbol alone: its letters, its coin, the day it seems to end.

Guesses, good enough to word an error and to offer a name. What a contract is, and when it ends, its listing says.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from liqtui.instruments.contract import DOLLARS

_OWN_NAMES = {"XBT": "BTC", "XDG": "DOGE"}
FRIDAY = 4
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTH_CODES = "FGHJKMNQUVXZ"
"""January to December, as futures exchanges write them; quarters end in H, M, U and Z."""
_DIGITS = re.compile(r"(.+)([-_])((?:20)?\d{6})")
_DAY_AND_MONTH = re.compile(rf"(.+)-(\d{{1,2}})({'|'.join(_MONTHS)})(\d\d)")
_MONTH_CODE = re.compile(rf"(.+)([{_MONTH_CODES}])(\d\d)")
_SEPARATORS = str.maketrans("", "", "-_/")
_KIND_OF_FUTURE = re.compile(r"[PF][IF]_(?=[A-Z0-9]{5})")
"""Kraken's: `FI_XBTUSD` is a fixed inverse one."""


class Ending(NamedTuple):
    """A symbol that names the day it ends: `BTCUSDT_250627`."""

    stem: str
    """What is left without the day: `BTCUSDT`."""
    wording: str
    """How the day is written: `_YYMMDD`."""
    day_ns: int
    """The beginning of that day, UTC; of a month's code its last Friday."""

    def worded_like(self, other: "Ending | None") -> bool:
        """Whether both are symbols of one series, as one venue writes it."""
        return other is not None and (self.stem, self.wording) == (other.stem, other.wording)


def ending(symbol: str) -> Ending | None:
    """The day a symbol ends with, in any venue's wording; None where it names none.

    `BTC-USDT-250627`, `BTCUSDT_250627`, `FI_XBTUSD_250627`, `BTC_USDT_20250627`, `BTC-27JUN25`, `BTCUSDM25`, `XBTM25`.
    """
    text = symbol.upper()
    try:
        if found := _DIGITS.fullmatch(text):
            stem, separator, digits = found.groups()
            wording = f"{separator}{'YYYYMMDD'[-len(digits):]}"
            return _ending(stem, wording, datetime.strptime(digits[-6:], "%y%m%d").date())
        if found := _DAY_AND_MONTH.fullmatch(text):
            day = date(2000 + int(found[4]), _MONTHS.index(found[3]) + 1, int(found[2]))
            return _ending(found[1], "-DMMMYY", day)
        if found := _MONTH_CODE.fullmatch(text):
            return _ending(found[1], "MYY", _last_friday(2000 + int(found[3]), _MONTH_CODES.index(found[2]) + 1))
    except ValueError:  # the 31st of June
        return None
    return None


def plain(coin: str) -> str:
    """A coin by the name most venues use: BitMEX and Kraken call bitcoin XBT."""
    return _OWN_NAMES.get(coin, coin)


def squashed(symbol: str) -> str:
    """A symbol's letters and digits alone, in capitals: `BTC-USDT-SWAP` and `btc_usdt_swap` are the same."""
    return symbol.upper().translate(_SEPARATORS)


def coin_and_quote(stem: str) -> tuple[str, str]:
    """`BTC-USDT`, `BTCUSDT`, `FI_XBTUSD`, `XBT` to a coin by its usual name, and a quote if one is named."""
    letters = squashed(_KIND_OF_FUTURE.sub("", stem.upper()))
    for quote in DOLLARS:
        if letters.endswith(quote) and letters != quote:
            return plain(letters.removesuffix(quote)), quote
    return plain(letters), ""


def _ending(stem: str, wording: str, day: date) -> Ending:
    return Ending(stem, wording, int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 10**9)


def _last_friday(year: int, month: int) -> date:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - FRIDAY) % 7)
