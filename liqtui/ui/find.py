"""Fuzzy search over instruments: `btc dec`, `pepe`, `250523`. Pure; knows no screen."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from liqtui.instruments import DEFAULT_VENUE, DOLLARS, SUM_VENUE, Instrument, Kind

SHOWN = 200
DAY_NS = 86_400 * 10**9
ENDS = ("%y%m%d", "%d%b%y", "%b%y", "%B", "%Y", "%Y-%m-%d")
"""How an expiry may be typed: `250523`, `23may25`, `may25`, `may`, `2025`."""
TELLING = 3
"""Letters from which a word may begin a name of what a contract is."""
SCATTERED = 6
"""Of a word whose letters are only somewhere in a symbol: shown where nothing fits better."""


Order = tuple[bool, int, int, bool, int, bool, str, str]
Key = tuple[int, int, Order]
"""How well it fits, how lately it was looked at, and the order among equals; the least comes first."""


def find(
    query: str, instruments: Iterable[Instrument], recent: Sequence[str], now_ns: int,
    sums: Iterable[Instrument] = (),
) -> list[Instrument]:
    """Live instruments that match every word of `query`, best first; names in `recent` before others as good, then
    those of the venue that was looked at last.

    A multiplied contract is found by its coin: `pepe` is `1000PEPEUSDT` and `kPEPE`, too. Of `sums` one that matches
    comes before all else that is found of its coin.
    """
    words, home = query.lower().split(), _home(recent)
    keys: dict[Instrument, Key] = {}
    foremost: dict[str, Key] = {}
    for instrument in instruments:
        if not instrument.expired(now_ns) and (key := _key(words, instrument, recent, home)) is not None:
            keys[instrument] = key
            foremost[instrument.base] = min(key, foremost.get(instrument.base, key))
    for whole in sums:
        if (key := _key(words, whole, recent, home)) is not None:
            keys[whole] = min(key, foremost.get(whole.base, key)) if words else key
    ranked = sorted(keys, key=lambda one: (keys[one], one.venue != SUM_VENUE))
    fits = [one for one in ranked if keys[one][0] < SCATTERED]
    return (fits or ranked)[:SHOWN]


def fits(query: str, name: str, instrument: Instrument | None) -> bool:
    """Whether every word of `query` is in the symbol of an instrument, or begins a word for what it is: its venue, its
    margin, when it ends."""
    also = [] if instrument is None else _also(instrument)
    symbol = name.partition(":")[2].lower()
    return all(
        word in symbol or (len(word) >= TELLING and any(one.startswith(word) for one in also))
        for word in query.lower().split()
    )


def _home(recent: Sequence[str]) -> str:
    """The venue one is at."""
    venue = recent[0].partition(":")[0] if recent else ""
    return DEFAULT_VENUE if venue in ("", SUM_VENUE) else venue


def _key(words: list[str], instrument: Instrument, recent: Sequence[str], home: str) -> Key | None:
    score = _score(words, instrument)
    if score is None:
        return None
    seen = recent.index(instrument.name) if instrument.name in recent else len(recent)
    return score, seen, _order(instrument, home)


def _score(words: list[str], instrument: Instrument) -> int | None:
    """0 is best; None when a word fits nowhere."""
    total = 0
    for word in words:
        worth = _word(word, instrument)
        if worth is None:
            return None
        total += worth
    return total


def _word(word: str, instrument: Instrument) -> int | None:
    base, symbol = instrument.base.lower(), instrument.symbol.lower()
    if word in (base, symbol):
        return 0
    if base.startswith(word) or word in _also(instrument):
        return 1
    if word in symbol or any(name.startswith(word) for name in _also(instrument)):
        return 2
    if word in instrument.name.lower():
        return 3
    return SCATTERED if _scattered(word, symbol) else None


def _also(instrument: Instrument) -> list[str]:
    """Other words for a contract: what it is, and when it ends."""
    names = [instrument.venue, instrument.settle.lower(), "inverse" if instrument.inverse else "linear"]
    if instrument.venue == SUM_VENUE:
        names.append("sum")
    if instrument.kind is Kind.PERPETUAL:
        return [*names, "perp", "perpetual", "swap"]
    names += ["future", "dated"]
    if instrument.expiry_ns is not None:
        end = datetime.fromtimestamp(instrument.expiry_ns / 1e9, UTC)
        names += [end.strftime(how).lower() for how in ENDS]
    return names


def _scattered(word: str, text: str) -> bool:
    """All letters of the word, in order, somewhere in the text."""
    letters = iter(text)
    return len(word) > 1 and all(c in letters for c in word)


def _order(instrument: Instrument, home: str) -> Order:
    """Perpetuals first, then by day of expiry; linear before inverse, the most traded dollar and `home` first."""
    money = next((at for at, dollar in enumerate(DOLLARS) if dollar in (instrument.quote, instrument.settle)), 9)
    return (
        instrument.kind is Kind.DATED, len(instrument.base), (instrument.expiry_ns or 0) // DAY_NS, instrument.inverse,
        money, instrument.venue != home, instrument.venue, instrument.symbol,
    )
