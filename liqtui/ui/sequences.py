"""Sequences for the terminal that carry words of the program's own."""

from collections.abc import Mapping


def through(sequence: str, environ: Mapping[str, str]) -> str:
    """The sequence so that it reaches the terminal: tmux hands on only what is wrapped (and `allow-passthrough` on)."""
    if "TMUX" not in environ:
        return sequence
    return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"
