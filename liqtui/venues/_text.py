"""Text from a wire, made fit for a terminal and a log."""

SAMPLE = 120


def speakable(*names: str) -> bool:
    """Whether names can be typed and shown: no white space, no control or format character (bidi, zero width), no
    surrogate. What cannot is not listed at all: it could not be subscribed under another name."""
    return all(c.isprintable() and not c.isspace() for name in names for c in name)


def printable(text: str | bytes, limit: int = SAMPLE) -> str:
    """`text` without control, format and surrogate characters, cut to `limit` characters."""
    if isinstance(text, bytes):
        text = text[: 4 * limit].decode("utf-8", "replace")
    kept = "".join(c for c in text[: 2 * limit] if c.isprintable())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"
