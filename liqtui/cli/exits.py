"""Exit codes, and the error that carries one to the top."""

import enum


class ExitCode(enum.IntEnum):
    """What a script learns from `$?`."""

    OK = 0
    FAILURE = 1
    """Something went wrong that has no code of its own."""
    USAGE = 2
    """The command line or the configuration is wrong; trying again does not help."""
    UNREACHABLE = 3
    """No venue could be reached; trying again may help."""
    TIMEOUT = 4
    """A venue answers, but not in time."""
    PARTIAL = 5
    """There is an answer, from data that is stale or not complete."""
    INTERRUPTED = 130
    """Ctrl+C."""


EXPLAINED = """\
exit codes:
  0 ok   1 failure   2 usage or configuration   3 no venue reachable (a retry may help)
  4 timeout   5 data stale or partial   130 interrupted"""


class CliError(Exception):
    """Ends a command with a message on stderr and an exit code."""

    def __init__(self, code: ExitCode, message: str) -> None:
        super().__init__(message)
        self.code = code
