"""Many seeds in several processes. A worker knows a seed's name and hands back what was measured, nothing more."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from liqtui.lab.judge import Judged, judge
from liqtui.lab.seeds import Purpose

Task = tuple[Purpose, str, int]
A = TypeVar("A")
R = TypeVar("R")


def tasks(purpose: Purpose, regimes: Sequence[str], seeds: int) -> list[Task]:
    """Every regime's first seed, then every regime's second, and so on."""
    return [(purpose, regime, number) for number in range(seeds) for regime in regimes]


def run(todo: Sequence[Task], jobs: int) -> Iterator[Judged]:
    """Judge every seed; see `spread`."""
    return spread(todo, jobs, _one)


def spread(todo: Sequence[A], jobs: int, work: Callable[[A], R]) -> Iterator[R]:
    """Results as they come, in the order of `todo`. Leaving the loop early ends the workers. `work`: of a module."""
    if jobs <= 1 or len(todo) <= 1:
        yield from map(work, todo)
        return
    with multiprocessing.get_context("spawn").Pool(min(jobs, len(todo)), _ready) as pool:
        yield from pool.imap(work, todo)


def _one(task: Task) -> Judged:
    return judge(*task)


def _ready() -> None:
    """Ctrl-C reaches every process of the terminal; the parent alone decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
