"""Events in, frozen Views out."""

from liqtui.engine.engine import STEP_NS, Engine

__all__ = ["STEP_NS", "Engine"]
