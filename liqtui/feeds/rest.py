"""REST of one venue: every call inside its limits, tried again while that may help, recorded with its answer."""

import asyncio
import random
import ssl
from dataclasses import dataclass, field
from functools import cache

import httpx

from liqtui.events import Event, FeedState, FeedStatus, Refusal, Rejected
from liqtui.feeds.intake import Intake
from liqtui.feeds.network import error_words, is_loopback, plain
from liqtui.feeds.pace import Backoff, Limiter
from liqtui.feeds.records import NO_ANSWER, RecordKind
from liqtui.feeds.refusals import REFUSALS, TOO_MANY, Refusals, http_words, retry_after_s
from liqtui.feeds.settings import Timing
from liqtui.venues.base import Bucket, Pages, Request, Venue

_PAGES = 50
"""No list is longer: a venue that goes round in circles is left."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request came to: events (already given to the engine), or a problem in words."""

    url: str
    ns: int = 0
    body: str = ""
    events: list[Event] = field(default_factory=list)
    problem: str = ""
    unreachable: bool = False
    """The problem is the way there, not the question: the same request may be answered later."""


class _NoAnswerError(Exception):
    """The network gave none; the message says why."""


class Rest:
    """The REST side of a venue. Owned by the feeds, used from their loop; `get` never raises.

    Speaks of itself as connection `venue/rest`, and only of trouble and of its end.
    """

    def __init__(self, venue: Venue, intake: Intake, rng: random.Random, timing: Timing) -> None:
        self.name = f"{venue.name}/rest"
        self._venue, self._intake, self._rng, self._timing = venue, intake, rng, timing
        self._limiters: dict[str, Limiter] = {}
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._refusals = Refusals(venue.limits, timing, rng)
        self._refused = ""
        self._refused_until = self._held_until = 0.0
        self._trouble = ""
        self._loop = asyncio.get_running_loop()

    @property
    def refused_s(self) -> float:
        """Seconds until a refusal is over; 0 while there is none."""
        return max(0.0, self._refused_until - self._loop.time())

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()

    async def get(self, request: Request, priority: int = 0, *, tries: int | None = None) -> Answer:
        """The answer to `request`. Lower priorities go first where they share a limit. `tries`: of who minds less
        about this answer than about the next."""
        tries = tries or self._timing.rest_tries
        failures = Backoff(self._timing.backoff_s, self._timing.backoff_max_s, self._rng)
        limiter = self._limiter(request.bucket)
        problem = ""
        for attempt in range(tries):
            async with limiter.slot(priority, request.weight):
                if self.refused_s:
                    return Answer(request.url, problem=self._refused, unreachable=True)
                self._intake.put(RecordKind.REQUEST, self.name, request.url)
                ceiling, wait = failures.ceiling_s, failures.delay()
                try:
                    status, after_s, body = await self._fetch(request)
                except _NoAnswerError as error:
                    problem = str(error)
                    self._intake.put(RecordKind.REPLY, self.name, request.url, problem, NO_ANSWER)
                else:
                    answer = self._answer(request.url, status, body)
                    if not _may_pass(status) or not answer.problem or (after_s or 0.0) > self._timing.backoff_max_s:
                        self._note_outcome(status, after_s)
                        return answer
                    problem = answer.problem
                    wait = max(wait, after_s or 0.0, ceiling if status == TOO_MANY else 0.0)
                    if status == TOO_MANY:
                        self._hold(wait)
            if attempt + 1 < tries:
                await self.pause(wait, problem)
        return Answer(request.url, problem=problem, unreachable=True)

    async def pages(self, request: Request, priority: int = 0) -> list[Answer]:
        """The answers to `request` and to what the venue says follows it, up to its end or to one that failed."""
        answers, asked = list[Answer](), set[str]()
        following: Request | None = request
        while following is not None and following.url not in asked and len(asked) < _PAGES:
            asked.add(following.url)
            answer = await self.get(following, priority)
            answers.append(answer)
            if answer.problem or not isinstance(self._venue, Pages):
                break
            following = self._venue.next_page(following, answer.body.encode())
        return answers

    async def pause(self, seconds: float, problem: str) -> None:
        """Wait before the next try, and say when it will be."""
        if not self.refused_s and self._loop.time() >= self._held_until:
            self._tell(problem, retry_s=seconds)
        await asyncio.sleep(seconds)

    def _limiter(self, bucket: Bucket) -> Limiter:
        if bucket.name not in self._limiters:
            self._limiters[bucket.name] = Limiter(bucket.calls, bucket.period_s)
        return self._limiters[bucket.name]

    def _hold(self, seconds: float) -> None:
        """Too many requests: nobody asks anything for a while, whatever limit was meant."""
        self._held_until = self._loop.time() + seconds
        for limiter in self._limiters.values():
            limiter.hold(seconds)
        self._tell(http_words(TOO_MANY), FeedState.REFUSED, seconds)

    def _answer(self, url: str, status: int, body: str) -> Answer:
        events = self._intake.put(RecordKind.REPLY, self.name, url, body, status)
        refusal = next((e for e in events if isinstance(e, Refusal)), None)
        words = plain(f"{refusal.code} {refusal.message}") if refusal is not None else ""
        if status >= 300:
            unreachable = status in REFUSALS or status >= 500
            return Answer(url, problem=f"{http_words(status)} {words}".strip(), unreachable=unreachable)
        if refusal is not None:
            return Answer(url, problem=words)
        rejected = next((e for e in events if isinstance(e, Rejected)), None)
        if rejected is not None and len(events) == 1:
            return Answer(url, problem=f"unreadable answer: {plain(rejected.reason)}")
        return Answer(url, self._intake.now_ns(), body, events)

    def _note_outcome(self, status: int, after_s: float | None) -> None:
        if status not in REFUSALS and status < 500:
            self._refusals.reset()
            self._tell("")
            return
        self._refused = http_words(status)
        wait = self._refusals.wait_s(status, after_s)
        self._refused_until = self._loop.time() + wait
        self._tell(http_words(status), FeedState.REFUSED, wait)

    def _tell(self, words: str, state: FeedState = FeedState.CONNECTING, retry_s: float | None = None) -> None:
        if words == self._trouble and retry_s is None:
            return
        self._trouble = words
        now_ns = self._intake.now_ns()
        retry_ns = None if retry_s is None else now_ns + int(retry_s * 1e9)
        if not words:
            state = FeedState.CLOSED  # nothing to say any more
        reason = f"REST: {words}" if words else ""
        self._intake.note(self.name, FeedStatus(self._venue.name, self.name, now_ns, state, reason, retry_ns))

    async def _fetch(self, request: Request) -> tuple[int, float | None, str]:
        """Status, Retry-After and body.

        Raises:
            _NoAnswerError: none came, or it is larger than we take.
        """
        question = request.body.encode()
        how = "POST" if question else "GET"
        headers = {"Content-Type": "application/json"} if question else None
        try:
            client = self._client(request.url)
            async with (
                asyncio.timeout(self._timing.rest_s),
                client.stream(how, request.url, content=question or None, headers=headers) as response,
            ):
                after_s = retry_after_s(response.headers)
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > self._timing.rest_bytes:
                        raise _NoAnswerError(f"answer larger than {self._timing.rest_bytes >> 20} MiB")
                return response.status_code, after_s, body.decode("utf-8", "replace")
        except (TimeoutError, httpx.TimeoutException):
            raise _NoAnswerError("timed out") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ImportError, ValueError) as error:
            raise _NoAnswerError(error_words(error)) from error

    def _client(self, url: str) -> httpx.AsyncClient:
        """Made when first needed: it reads proxies and certificates of the environment, either of which may be bad."""
        local = is_loopback(url)
        if local not in self._clients:
            limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
            self._clients[local] = httpx.AsyncClient(
                timeout=self._timing.rest_s, limits=limits, trust_env=not local, verify=_certificates(not local)
            )
        return self._clients[local]


@cache
def _certificates(of_environment: bool) -> ssl.SSLContext:
    """Whom to trust: some 50 ms of reading, shared by all venues."""
    return httpx.create_ssl_context(trust_env=of_environment)


def _may_pass(status: int) -> bool:
    return status == TOO_MANY or status >= 500
