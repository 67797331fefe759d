"""What `doctor` asks the network: names, proxies, whether each venue answers, and how far the clocks differ."""

import asyncio
import socket
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from liqtui import venues
from liqtui.cli.doctor_checks import Finding
from liqtui.config import Loaded
from liqtui.venues._text import printable

ANSWER_S = 8.0
SKEW_S = 2.0
"""The Date header counts whole seconds; a difference above this is the clock's."""
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


def network(loaded: Loaded, env: Mapping[str, str]) -> list[Finding]:
    """Proxies, then two lines per venue."""
    proxies = [Finding(True, f"proxy {name}={_without_password(env[name])}") for name in _PROXIES if env.get(name)]
    return [*(proxies or [Finding(True, "no proxy")]), *asyncio.run(_venues(loaded, bool(proxies)))]


async def _venues(loaded: Loaded, proxied: bool) -> list[Finding]:
    found: list[Finding] = []
    for name in venues.names():
        try:
            url = venues.load(name, loaded.config.venue(name)).listing_requests()[0].url
        except ValueError as error:
            found.append(Finding(False, f"{name}: {error}", f"set venues.{name}.region"))
            continue
        host = urlsplit(url).hostname or ""
        found.append(await _resolved(name, host, proxied))
        found.append(await _answered(name, url))
    return found


async def _resolved(venue: str, host: str, proxied: bool) -> Finding:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(ANSWER_S):
            rows = await loop.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError) as error:
        advice = "a proxy may do this itself" if proxied else "check DNS"
        return Finding(proxied, f"{venue}: {host} has no address ({_words(error)})", advice)
    return Finding(True, f"{venue}: {host} is {rows[0][4][0]}")


async def _answered(venue: str, url: str) -> Finding:
    parts = urlsplit(url)
    site = f"{parts.scheme}://{parts.netloc}"
    try:
        async with httpx.AsyncClient(timeout=ANSWER_S, follow_redirects=False) as client:
            sent, started = time.time(), time.monotonic()
            async with client.stream("GET", url) as reply:
                took = time.monotonic() - started
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Finding(False, f"{venue}: {site} does not answer: {_words(error)}", "`liqtui demo` needs no network")
    if reply.status_code != httpx.codes.OK:
        advice = "another region or network may be served; `liqtui demo` needs none"
        return Finding(False, f"{venue}: {site} answers {reply.status_code} {printable(reply.reason_phrase)}", advice)
    skew = _skew(reply.headers.get("Date"), sent + took / 2)
    words = f"{venue}: {site} answers in {1000 * took:.0f} ms"
    if skew is None:
        return Finding(True, words, reached=True)
    late = abs(skew) > SKEW_S
    words += f", clock {skew:+.1f} s against it" if late else ", clocks agree"
    advice = "set this machine's clock (NTP): ages and latencies are wrong by that" if late else ""
    return Finding(not late, words, advice, reached=True)


def _skew(date: str | None, local_s: float) -> float | None:
    """Our clock minus the server's, in seconds; the header is cut to the second, so its middle is taken."""
    if date is None:
        return None
    try:
        return local_s - (parsedate_to_datetime(date).timestamp() + 0.5)
    except ValueError:
        return None


def _words(error: Exception) -> str:
    words = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return printable(words) or type(error).__name__


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return printable(url.replace(f"{parts.username}:{parts.password}@", "…@") if parts.password else url)
