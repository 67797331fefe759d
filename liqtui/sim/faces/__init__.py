"""The faces of the simulated venues: one file per wire, with its frames and its REST beside it."""

from importlib import import_module

from liqtui.sim.faces.base import Face
from liqtui.sim.market import Market


def address_path(venue: str) -> str:
    """What follows host and port in the WebSocket address a client of the venue is given."""
    path: str = import_module(f"liqtui.sim.faces.{venue}").ADDRESS
    return path


def face_of(market: Market) -> Face:
    """The face of a market, by the name of its house."""
    face: Face = import_module(f"liqtui.sim.faces.{market.house.name}").create(market)
    return face
