"""What sockets and REST share: proxies, and words for what went wrong."""

import os
import socket
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Whether the URL stays on this machine, where no proxy of the environment leads."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def error_words(error: BaseException) -> str:
    """What went wrong, in words for a status line: one line, printable, not endless. Where a library has wrapped an
    error of the system, that one is told."""
    error = next((one for one in _chain(error) if isinstance(one, OSError) and one.strerror), error)
    if isinstance(error, socket.gaierror):
        return "host name not found: no network, or no DNS"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS certificate not trusted: {plain(error.verify_message)}"
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, OSError) and error.strerror:
        number = None if isinstance(error, ssl.SSLError) else error.errno
        return os.strerror(number) if number is not None and number > 0 else plain(error.strerror)
    return plain(str(error)) or type(error).__name__


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def plain(text: str, most: int = 160) -> str:
    """Text of strangers without control characters."""
    return "".join(c if c.isprintable() else " " for c in text)[:most].strip()
