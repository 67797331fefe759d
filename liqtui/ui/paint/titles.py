"""What a pane is called and warns of, in its frame or, without one, in its last line."""

from liqtui.ui import words
from liqtui.ui.paint import curves
from liqtui.ui.paint.observed import observed_of, observed_title
from liqtui.ui.paint.stack import stack_title, stacked
from liqtui.ui.state import FIRST_RUNG, OBSERVED, PaneState, group_of
from liqtui.view import GROUPS, STANDING, MapView, View

GROUP_WORDS = ("low <10×", "mid 10–40×", "high >40×")
LEGENDS = (
    "estimate · {unit} · all open positions · not a direction", "estimate · all open positions · not a direction",
    "estimate · not a direction",
)
LEGENDS_CASCADE = (
    "pale: the push · bright: what it sets off · ▒ beyond the visible book · thick axis: runaway",
    "pale: the push · bright: set off · ▒ beyond the book · thick axis: runaway",
    "bright: set off · ▒ no book · thick: runaway",
)
LEGENDS_CHARTS = ("what the venue reports · not a direction",)
LEGENDS_OBSERVED = (
    "solid: observed positions · pale: estimate of all · {unit} · not a direction",
    "solid: observed · pale: estimate · not a direction", "solid: observed · pale: estimate",
)


IN_USD = {
    "map": "est. USD per 1 %", "heat": "est. USD per 1 %", "ladder": "est. USD per row", "cascade": "est. USD",
    "charts": "USD",
}
RELATIVE = ("map", "heat", "ladder")
"""Views that compare with the largest in view, unless dollars are asked for."""


def legend_words(view: View, state: PaneState, room: int) -> str:
    """What the picture is, in at most `room` cells; empty where that is too little."""
    legends = {"cascade": LEGENDS_CASCADE, "charts": LEGENDS_CHARTS}.get(state.view, LEGENDS)
    if observed_of(view, state) is not None:
        legends = LEGENDS_OBSERVED
    unit = "estimated USD" if state.usd else "relative"
    return next((s for text in legends if len(s := text.format(unit=unit)) <= room), "")


def _titles(view: View, state: PaneState) -> list[tuple[int, str]]:
    """(importance, words) of what the map shows; what was chosen by key comes before 3."""
    parts = []
    if state.view != "charts":
        parts.append((1 if state.leverage else 4, leverage_words(view.map, state)))
    if state.usd:
        parts.append((1, IN_USD[state.view]))
    elif state.view in RELATIVE:
        parts.append((3, "relative"))
    if state.frozen:
        parts.append((2, "scale frozen"))
    overlay = observed_title(view, state) if state.laid_over == OBSERVED else curves.overlay_title(state)
    if stacked(view, state):
        overlay = stack_title(state)
    if overlay:
        parts.append((1, overlay))
    if state.view == "ladder":
        parts.append((5, f"growth over {state.span}"))
    elif state.view != "cascade":
        parts.append((5, f"{state.span} of history"))
    return parts


def title_words(view: View, state: PaneState, room: int) -> str:
    """`map · all leverage · relative · 12h of history`; where that does not fit, what was chosen by key stays."""
    parts = [(0, state.view), *_titles(view, state)]
    while len(parts) > 1 and len(" · ".join(text for _, text in parts)) > room:
        parts.remove(max(parts))
    return " · ".join(text for _, text in parts)


def chosen_words(view: View, state: PaneState) -> str:
    """What was chosen by key, as `title_words` says it; empty where nothing was."""
    return " · ".join(text for importance, text in _titles(view, state) if importance < 3)


def unframed(view: View, state: PaneState, room: int) -> str:
    """The one line of a pane without a frame: what to know before believing it, and what was chosen."""
    chosen, warned = chosen_words(view, state), caveats(view, room, standing=False)
    if chosen and words.cells(chosen) + words.cells(warned) + 3 <= room:
        return f"{chosen} · {warned}" if warned else chosen
    return warned or words.clip(chosen, room) or caveats(view, room)


def leverage_words(view: MapView | None, state: PaneState) -> str:
    """What the bars show; for one rung also what the waterfall can show of it."""
    group = shown_group(view, state)
    if group is None or view is None:
        return "all leverage"
    if state.leverage < FIRST_RUNG:
        return GROUP_WORDS[group]
    return f"{view.rungs[state.leverage - FIRST_RUNG]:.3g}× (waterfall: {GROUPS[group]})"


def shown_group(view: MapView | None, state: PaneState) -> int | None:
    """The snapshot group of a leverage choice; None for all, as `scale.rungs_shown` has it."""
    if state.leverage == 0 or view is None or state.leverage >= FIRST_RUNG + len(view.rungs):
        return None
    return state.leverage - 1 if state.leverage < FIRST_RUNG else group_of(view.rungs[state.leverage - FIRST_RUNG])


def caveats(view: View, room: int, *, standing: bool = True) -> str:
    """What a person must know before believing the picture, as much as fits and how much more there is; `standing`:
    also what is always so, after the rest."""
    said = sorted((words.plain(w) for w in view.health.words), key=_stands)
    said = said if standing else [w for w in said if not _stands(w)]
    backfill = view.health.backfill
    if backfill is not None and not backfill.finished:
        said.insert(0, " ".join(f"backfill {backfill.stage} {backfill.done}/{backfill.total}".split()))
    told = " · ".join(_by_venues(said, view))
    if words.cells(told) <= room:
        return told
    for kept in range(len(said), 0, -1):
        more = f" +{len(said) - kept}" if kept < len(said) else ""
        told = " · ".join(_by_venues(said[:kept], view, brief=True)) + more
        if words.cells(told) <= room:
            return told
    told = f"{len(said)} caveats" if len(said) > 1 else "a caveat"
    return told if said and len(told) <= room else ""


def _stands(word: str) -> bool:
    return word.rpartition(": ")[2] in STANDING


def _by_venues(said: list[str], view: View, *, brief: bool = False) -> list[str]:
    """What is true of the same venues of a sum told together: `okx, bybit: liquidations sampled, level not identified`;
    `brief`: `2 of 3: …`."""
    venues = {part.instrument.venue for part in view.parts}
    out: dict[str, str] = {}
    for at, one in enumerate(said):
        names, colon, word = one.partition(": ")
        some = names.split(", ")
        if not colon or not venues.issuperset(some):
            out[str(at)] = one
        elif names in out:
            out[names] += f", {word}"
        else:
            out[names] = f"{f'{len(some)} of {len(venues)}' if brief and len(some) > 1 else names}: {word}"
    return list(out.values())
