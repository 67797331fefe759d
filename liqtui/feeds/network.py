"""What sockets and REST share: proxies, and words for what went wrong."""

import ssl
from ipaddress import ip_address
from urllib.parse import urlsplit

REFUSALS = {
    401: "unauthorized",
    403: "forbidden",
    418: "banned for asking too much",
    429: "too many requests",
    451: "not available in this region",
}
"""HTTP answers that say no to *us*; asking again soon does not help."""


def is_loopback(url: str) -> bool:
    """Whether the URL stays on this machine, where no proxy of the environment leads."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def http_words(status: int) -> str:
    """`HTTP 451 (not available in this region)`."""
    return f"HTTP {status} ({REFUSALS[status]})" if status in REFUSALS else f"HTTP {status}"


def retry_after_s(value: str | None) -> float | None:
    """Seconds of a Retry-After header; None where it is missing or a date (which our clock may not share)."""
    if value is None or not value.strip().isdigit():
        return None
    return min(float(value.strip()), 86_400.0)


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
