"""Names of coins as exchanges write them."""

import re

_BEFORE = re.compile(r"(10{3,})(\D.*)")
_AFTER = re.compile(r"(.*\D)(10{3,})")


def plain_coin(name: str) -> tuple[str, float]:
    """The coin a multiplied name stands for, and how many of it: `1000PEPE` → PEPE, 1000; `SHIB1000` → SHIB, 1000.

    From a thousand on: `1INCH` and `100X` are coins of that name.
    """
    if found := _BEFORE.fullmatch(name):
        return found[2], float(found[1])
    if found := _AFTER.fullmatch(name):
        return found[1], float(found[2])
    return name, 1.0
