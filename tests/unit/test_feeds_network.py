"""Words for what went wrong with a network."""

import errno
import socket
import ssl

import pytest

from liqtui.feeds.network import error_words


class LibraryError(Exception):
    """As HTTP libraries wrap what the system said."""


def wrapped(error: BaseException) -> LibraryError:
    try:
        try:
            raise error
        except BaseException as cause:
            raise LibraryError("All connection attempts failed") from cause
    except LibraryError as outer:
        return outer


@pytest.mark.parametrize(("error", "words"), [
    (socket.gaierror(-2, "Name or service not known"), "host name not found: no network, or no DNS"),
    (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 9)"), "Connection refused"),
    (OSError(errno.ENETUNREACH, "x"), "Network is unreachable"),
    (ssl.SSLError(1, "wrong version number"), "wrong version number"),
    (TimeoutError(), "timed out"),
    (ValueError("bad\x1b[2Jframe"), "bad [2Jframe"),
])
def test_a_status_line_says_what_the_system_said(error: BaseException, words: str) -> None:
    assert error_words(error) == words
    if isinstance(error, OSError) and error.strerror:
        assert error_words(wrapped(error)) == words


def test_a_library_that_wraps_nothing_speaks_for_itself() -> None:
    assert error_words(wrapped(ValueError("bad frame"))) == "All connection attempts failed"
