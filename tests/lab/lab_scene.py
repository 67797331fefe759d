"""A short life in the laboratory, shared by the tests that only look at it."""

from functools import cache

from liqtui.lab.seeds import seed
from liqtui.lab.world import World

LIVED_S = 605


@cache
def lived(thin: bool = False) -> World:
    world = World("chop", seed("tune", "chop", 3), thin=thin)
    world.run(LIVED_S)
    return world
