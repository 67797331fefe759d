"""liqtui: a live liquidation map in the terminal."""

__version__ = "0.1.0"
