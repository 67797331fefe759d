"""Every key, in one place. Each has an id, so that it can be remapped; footer and help are drawn from those that work.

No key is bound twice in one context: the pane's and the application's together; the watch table's and the
application's; an overlay's and the application's.
"""

from textual.binding import Binding, BindingType

APP_KEYS: list[BindingType] = [
    Binding("slash", "search", "search", id="search",
            tooltip="Search all instruments: btc dec, pepe, 261225"),
    Binding("ctrl+f", "search_all", "search", show=False, id="search.all",
            tooltip="Search all instruments"),
    Binding("w", "watch", "watch", id="watch",
            tooltip="The watch table: a row per instrument of a list; and back"),
    Binding("a", "alerts", "alerts", id="alerts",
            tooltip="Alerts: price, clusters, liquidations, funding, …"),
    Binding("colon,ctrl+p", "palette", "commands", id="palette",
            tooltip="Everything by name: also each view, span, list, theme"),
    Binding("x", "export", "export", id="export",
            tooltip="Save or copy what is shown: CSV, JSON, SVG, clusters"),
    Binding("T", "theme", "theme", show=False, id="theme", tooltip="Next theme"),
    Binding("c", "pair", "colours", show=False, id="pair", tooltip="Swap the colour pair"),
    Binding("exclamation_mark", "problems", "problems", id="problems",
            tooltip="What went wrong, and the feeds"),
    Binding("question_mark", "help", "help", id="help", tooltip="This list"),
    Binding("q", "quit", "quit", id="quit", tooltip="Leave"),
    Binding("ctrl+c", "interrupt", "", show=False, priority=True, id="interrupt"),
]
"""Work everywhere, except where a field swallows letters."""

PANE_KEYS: list[BindingType] = [
    Binding("up,k", "symbol(-1)", "symbol", id="symbol.previous", tooltip="Previous and next of the watch list"),
    Binding("down,j", "symbol(1)", "symbol", id="symbol.next"),
    Binding("left_square_bracket,pageup", "expiry(-1)", "expiry", id="expiry.previous",
            tooltip="Earlier and later expiry of the same underlying"),
    Binding("right_square_bracket,pagedown", "expiry(1)", "expiry", id="expiry.next"),
    Binding("left_curly_bracket", "venue(-1)", "venue", id="venue.previous",
            tooltip="The same contract venue by venue, and their sum"),
    Binding("right_curly_bracket", "venue(1)", "venue", id="venue.next"),
    Binding("enter", "next_contract", "open the next contract", id="expiry.open_next",
            tooltip="This contract has expired: open the one that follows"),
    Binding("left,h", "cursor(-1)", "cursor", id="cursor.lower",
            tooltip="The cursor: what stands at a price; H L ten cells on"),
    Binding("right,l", "cursor(1)", "cursor", id="cursor.higher"),
    Binding("H,shift+left", "cursor(-10)", "cursor", show=False, id="cursor.lower_far"),
    Binding("L,shift+right", "cursor(10)", "cursor", show=False, id="cursor.higher_far"),
    Binding("m", "view(1)", "view", id="view", tooltip="Next view: map, heat, ladder, cascade, charts"),
    Binding("M", "view(-1)", "view", show=False, id="view.previous", tooltip="The view before"),
    Binding("g", "leverage", "leverage", id="leverage", tooltip="Leverage shown: all, low, mid, high, each rung"),
    Binding("t", "span", "span", id="span", tooltip="How far back time goes: 1h 4h 12h 24h 3d 7d 30d"),
    Binding("plus,equals_sign", "zoom(1)", "zoom", id="zoom.in", tooltip="Closer and wider"),
    Binding("minus", "zoom(-1)", "zoom", id="zoom.out"),
    Binding("0", "recentre", "centre", id="zoom.reset", tooltip="Back to the mark, at the usual zoom"),
    Binding("u", "unit", "USD", id="unit", tooltip="Relative intensity or estimated USD"),
    Binding("o", "overlay", "overlay", id="overlay",
            tooltip="Lay over: cumulative, volume, book depth, realized, …"),
    Binding("f", "freeze", "freeze", id="freeze", tooltip="Freeze the scales of height and colour"),
    Binding("escape", "clear", "clear", show=False, id="clear", tooltip="Take the cursor away"),
]
"""Work in the pane."""

BOTH_KEYS: list[BindingType] = [
    Binding("space", "pause", "pause", id="pause", tooltip="Hold the picture; the feeds go on"),
    Binding("b", "list", "add or drop", show=False, id="list.toggle",
            tooltip="Onto the watch list, or off it; kept for the next start"),
    Binding("comma", "step(-1)", "step", id="replay.step_back", tooltip="One step of 250 ms back and on"),
    Binding("full_stop", "step(1)", "step", id="replay.step"),
    Binding("less_than_sign", "seek(-1)", "seek", id="replay.seek_back", tooltip="A minute back and on"),
    Binding("greater_than_sign", "seek(1)", "seek", id="replay.seek"),
    Binding("left_parenthesis", "speed(-1)", "speed", id="replay.slower", tooltip="Slower and faster"),
    Binding("right_parenthesis", "speed(1)", "speed", id="replay.faster"),
]
"""Work in the pane and in the watch table."""

TABLE_KEYS: list[BindingType] = [
    Binding("up,k", "move(-1)", "row", id="table.up", tooltip="A row up and down"),
    Binding("down,j", "move(1)", "row", id="table.down"),
    Binding("pageup", "page(-1)", "page", show=False, id="table.page_up", tooltip="A page up and down"),
    Binding("pagedown", "page(1)", "page", show=False, id="table.page_down"),
    Binding("home", "end(-1)", "first", show=False, id="table.first", tooltip="The first row and the last"),
    Binding("end", "end(1)", "first", show=False, id="table.last"),
    Binding("enter", "open", "open", id="table.open", tooltip="Show the row's instrument in the pane"),
    Binding("s", "sort", "sort", id="table.sort", tooltip="Sort by the next column; after the last as listed"),
    Binding("S", "reverse", "reverse", id="table.reverse", tooltip="The other way round"),
    Binding("l", "turn(1)", "list", id="table.list",
            tooltip="The next list, and the one before: watch, okx:*, all, …"),
    Binding("L", "turn(-1)", "list", show=False, id="table.list_before"),
    Binding("escape", "leave", "back", id="table.leave", tooltip="Take away what was typed, then back to the panes"),
]
"""Work in the watch table."""

DESK_KEYS: list[BindingType] = [
    Binding("1", "split(1)", "panes", id="panes.one", tooltip="One pane, two, four: each its own instrument and view"),
    Binding("2", "split(2)", "panes", id="panes.two"),
    Binding("4", "split(4)", "panes", id="panes.four"),
    Binding("tab", "turn(1)", "next pane", id="panes.next", tooltip="The keys go to the next pane, and back"),
    Binding("shift+tab", "turn(-1)", "next pane", show=False, id="panes.previous"),
    Binding("z", "full", "full", id="panes.full", tooltip="This pane alone on the screen, and back"),
    Binding("y", "link", "link", id="panes.link",
            tooltip="Cursors go together: the same percent from each mark"),
]
"""Work in any pane: how many there are, and which has the keys."""

OVERLAY_KEYS: list[BindingType] = [
    Binding("escape", "app.close", "close", id="overlay.close", tooltip="Close what is open"),
]
"""Work in whatever lies over the pane."""

SCROLL_KEYS: list[BindingType] = [
    Binding("up,k", "scroll(-1)", "scroll", id="overlay.up", tooltip="Up and down"),
    Binding("down,j", "scroll(1)", "scroll", id="overlay.down"),
    Binding("pageup", "page(-1)", "page", id="overlay.page_up", tooltip="A page up and down"),
    Binding("pagedown", "page(1)", "page", id="overlay.page_down"),
]
"""Work in help and problems."""

SEARCH_KEYS: list[BindingType] = [
    Binding("up", "choose(-1)", "choose", id="search.up", tooltip="Up and down the list"),
    Binding("down", "choose(1)", "choose", id="search.down"),
    Binding("enter", "open", "open", id="search.open", tooltip="Show the chosen instrument"),
]
"""Work in the search field."""

ALERT_KEYS: list[BindingType] = [
    Binding("up", "choose(-1)", "choose", id="alerts.up", tooltip="Up and down the alerts"),
    Binding("down", "choose(1)", "choose", id="alerts.down"),
    Binding("enter", "set", "set", id="alerts.set", tooltip="Set what is typed"),
    Binding("delete,ctrl+d", "drop", "take away", id="alerts.drop", tooltip="Take away the chosen alert"),
]
"""Work in the panel of alerts."""

PALETTE_KEYS: list[BindingType] = [
    Binding("up", "choose(-1)", "choose", id="palette.up", tooltip="Up and down the list"),
    Binding("down", "choose(1)", "choose", id="palette.down"),
    Binding("enter", "run", "do it", id="palette.run", tooltip="Do what is chosen"),
]
"""Work in the palette of commands."""

EXPORT_KEYS: list[BindingType] = [
    Binding("c", "put('csv')", "csv", priority=True, id="export.csv", tooltip="Save the bins as CSV"),
    Binding("j", "put('json')", "json", priority=True, id="export.json", tooltip="Save the map as JSON"),
    Binding("s", "put('svg')", "svg", priority=True, id="export.svg", tooltip="Save the screen as SVG"),
    Binding("l", "put('ladder')", "ladder", priority=True, id="export.ladder", tooltip="Save the ladder as CSV"),
    Binding("k", "put('clusters')", "clusters", priority=True, id="export.clusters",
            tooltip="Save the clusters as CSV"),
    *(Binding(key, f"put('{form}', True)", f"copy {form}", show=False, priority=True, id=f"copy.{form}",
              tooltip=f"Copy {'' if form in ('csv', 'json', 'svg') else 'the '}{form}")
      for key, form in (("C", "csv"), ("J", "json"), ("S", "svg"), ("L", "ladder"), ("K", "clusters"))),
]
"""Work where it is chosen what to export; no other letter does there, so these come before a line of text."""

CONTEXTS: dict[str, list[BindingType]] = {
    "map": PANE_KEYS, "panes": DESK_KEYS, "watch table": TABLE_KEYS, "map and watch table": BOTH_KEYS,
    "everywhere": APP_KEYS, "panels": OVERLAY_KEYS,
    "help and problems": SCROLL_KEYS, "search": SEARCH_KEYS, "alerts": ALERT_KEYS, "commands": PALETTE_KEYS,
    "export": EXPORT_KEYS,
}
"""All of them, by where they work."""
