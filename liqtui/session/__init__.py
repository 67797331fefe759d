"""Who fills the slots: live feeds or a recording, each with an engine in a thread of its own, behind `view.Source`."""

from liqtui.session.live import Session
from liqtui.session.opening import cache_folder, open_live, open_replay
from liqtui.session.replay import ReplaySession

__all__ = ["ReplaySession", "Session", "cache_folder", "open_live", "open_replay"]
