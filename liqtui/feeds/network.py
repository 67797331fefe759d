"""What sockets and REST share: proxies, and words for what went wrong."""

import ssl
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
    """What went wrong, in words for a status line: one line, printable, not endless."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS certificate not trusted: {plain(error.verify_message)}"
    if isinstance(error, TimeoutError):
        return "timed out"
    if isinstance(error, OSError) and error.strerror:
        return plain(error.strerror)
    return plain(str(error)) or type(error).__name__


def plain(text: str, most: int = 160) -> str:
    """Text of strangers without control characters."""
    return "".join(c if c.isprintable() else " " for c in text)[:most].strip()
