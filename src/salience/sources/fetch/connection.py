"""Asking a server for pages: again when the network fails, never of another host, the token never told."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from salience.errors import SalienceError
from salience.reading.model.settings import is_loopback

TOKEN_HEADER = "x-ucdp-access-token"
PASSING = frozenset([408, 425, 429, 500, 502, 503, 504])
MOST_BYTES = 64_000_000
MOST_REDIRECTS = 3
LONGEST_WAIT = (
    300.0  # seconds; whoever asks for longer is asked again by the user, not by a program left running
)
TOO_FAST = 30.0  # seconds, see `_RefusalError`

T = TypeVar("T")


class FetchError(SalienceError):
    """What was asked for did not come, or not whole; nothing was written."""


class MalformedReplyError(ValueError):
    """A reply that is not as documented. A cut connection can be the cause, so it is asked for again."""


@dataclass(slots=True)
class Connection:
    """A connection to one server.

    Parameters
    ----------
    address : str
        Base address, https; http only where it is this machine.
    token_variable : str
        Environment variable that holds the access token.
    needs_token : bool
        Whether to refuse at once where it is empty.
    attempts : int
        How often a page is asked for before giving up.
    backoff : float
        Seconds before the second try; each later wait is about twice as long.
    timeout : float
        Seconds without a byte.
    told : callable
        Called with a sentence when a page is to be asked for again.

    Raises
    ------
    FetchError
        The address or the token is not as it must be, or the extra is not installed.
    """

    address: str
    token_variable: str
    needs_token: bool = True
    attempts: int = 5
    backoff: float = 1.0
    timeout: float = 60.0
    told: Callable[[str], None] = lambda sentence: None
    asked: int = 0
    _token: str = field(default="", repr=False)
    _client: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        host = _require_address(self.address)
        self._token = self._read_token()
        try:
            import httpx
            import stamina  # noqa: F401 - asked for here, so that its absence shows before anything is sent
        except ImportError as error:
            raise FetchError(
                "fetching needs the packages of the extra 'fetch': pip install 'salience[fetch]'"
            ) from error
        logging.getLogger("stamina").addHandler(logging.NullHandler())
        self._client = httpx.Client(
            timeout=self.timeout,
            headers={TOKEN_HEADER: self._token} if self._token else {},
            trust_env=not is_loopback(host),
            follow_redirects=False,
        )

    def read(self, url: str, take: Callable[[bytes], T], *, answered_before: bool = False) -> T:
        """Ask for a page and return what `take` makes of its bytes.

        Parameters
        ----------
        url : str
            Below `address`.
        take : callable
            Bytes to anything; raises MalformedReplyError for what is to be asked for again.
        answered_before : bool
            Whether the server gave other pages of this query, so that a refusal of it (400) is one of its pace.

        Raises
        ------
        FetchError
            No good reply after all attempts, or a refusal; says what to do.
        """
        import httpx
        import stamina

        taken: list[T] = []
        try:
            for attempt in stamina.retry_context(
                on=self._worth_another_try,
                attempts=self.attempts,
                timeout=None,
                wait_initial=self.backoff,
                wait_max=60.0,
                wait_jitter=self.backoff / 2,
            ):
                with attempt:
                    taken.append(take(self._body(url, answered_before)))
        except _RefusalError as error:
            raise FetchError(self._without_token(self._explain(error))) from error
        except MalformedReplyError as error:
            raise FetchError(
                self._without_token(
                    f"{_host(url)} answers with something that cannot be used: {error}. It was asked for "
                    f"{self.attempts} times. {GO_ON}"
                )
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchError(
                self._without_token(
                    f"{_host(url)} cannot be reached, or breaks off ({type(error).__name__}: {error}), "
                    f"{self.attempts} times. Is this machine online? {GO_ON}"
                )
            ) from error
        return taken[0]

    def close(self) -> None:
        """Let go of the connection; safe to call twice."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read_token(self) -> str:
        token = os.environ.get(self.token_variable, "").strip()
        if not token and self.needs_token:
            raise FetchError(
                f"the environment variable {self.token_variable} is empty. UCDP gives an access token for its API to "
                "who asks for one (https://ucdp.uu.se/apidocs/); set it in the shell that runs salience. Without one: "
                "take the GED file from https://ucdp.uu.se/downloads/ and add it with salience add CASE FILE"
            )
        if not re.fullmatch(r"[!-~]*", token):
            raise FetchError(
                f"the environment variable {self.token_variable} holds spaces, line ends or letters that no access "
                "token has; copy the token again, alone"
            )
        return token

    def _body(self, url: str, answered_before: bool) -> bytes:
        """Return a page's bytes; a redirect is followed on the same server only."""
        request = self._client.build_request("GET", url)
        for _ in range(MOST_REDIRECTS + 1):
            self.asked += 1
            response = self._client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return self._bytes_of(response, answered_before)
                request = _onward(response)
            finally:
                response.close()
        raise FetchError(f"{_host(url)} sends requests round in circles; nothing was fetched")

    def _bytes_of(self, response: Any, answered_before: bool) -> bytes:
        parts, size = [], 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > MOST_BYTES:
                raise FetchError(f"a page is over {MOST_BYTES:,} bytes long; it was not taken")
        body = b"".join(parts)
        if response.status_code != 200:
            said = body[:2000].decode("utf-8", "replace")
            raise _RefusalError(
                response.status_code, response.headers.get("Retry-After", ""), said, answered_before
            )
        if self._token and self._token.encode() in body:
            raise FetchError(
                f"a page repeats the access token of {self.token_variable}; pages are kept on disk, so it was not taken"
            )
        return body

    def _worth_another_try(self, error: Exception) -> bool | float:
        """Return whether trying again may help, or how many seconds the server asks to wait."""
        import httpx

        again: bool | float = isinstance(error, (MalformedReplyError, httpx.TransportError))
        again = again and not isinstance(error, httpx.UnsupportedProtocol)
        if isinstance(error, _RefusalError):
            wait = error.wait
            again = error.passing if wait is None else wait <= LONGEST_WAIT and wait
        if again is not False:
            pause = f" in {again:,.0f} s" if not isinstance(again, bool) else ""
            self.told(f"no good answer; asking again{pause}")
        return again

    def _explain(self, refused: _RefusalError) -> str:
        status = refused.status
        said = f" It says: {' '.join(refused.said.split())[:200]}." if refused.said.strip() else ""
        if status in (401, 403):
            held = f"in {self.token_variable}" if self._token else f"({self.token_variable} is empty)"
            return (
                f"the server does not accept the access token {held} (status {status}). Copy it again, or ask UCDP for "
                "one: https://ucdp.uu.se/apidocs/"
            )
        if status == 404:
            return f"the server knows no such data (status 404). Is the version right?{said}"
        if refused.wait is not None and refused.wait > LONGEST_WAIT:
            return (
                f"the server asks to wait {refused.wait / 60:,.0f} minutes (status {status}).{said} {GO_ON}"
            )
        if refused.passing:
            return f"the server failed {self.attempts} times (status {status}).{said} {GO_ON}"
        return f"the server refuses the request (status {status}).{said}"

    def _without_token(self, told: str) -> str:
        """Take the token out of what is shown; a server may send back what it was sent."""
        return told.replace(self._token, "[token]") if self._token else told


GO_ON = "Pages that came before are kept; run the same again to go on from there."


class _RefusalError(Exception):
    """A status other than 200."""

    def __init__(self, status: int, retry_after: str, said: str, answered_before: bool) -> None:
        self.status, self.said = status, said
        # The API has been seen to answer 400 to whoever asks too fast; a query whose other pages came is not at fault.
        too_fast = status == 400 and answered_before
        self.passing = status in PASSING or too_fast
        self.wait = _seconds(retry_after) if self.passing else None
        if too_fast and self.wait is None:
            self.wait = TOO_FAST
        super().__init__(f"status {status}")


def _seconds(retry_after: str) -> float | None:
    """Read a Retry-After header: seconds, or the time at which to come again."""
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _onward(response: Any) -> Any:
    """Return the request that a redirect asks for, if it stays on the server: elsewhere the token would be told."""
    here, there = response.request.url, response.next_request.url
    if (here.scheme, here.host, here.port) != (there.scheme, there.host, there.port):
        raise FetchError(
            f"{here.host} sends requests on to {there.host} over {there.scheme}; that is not followed, for the access "
            "token would go there"
        )
    return response.next_request


def _require_address(address: str) -> str:
    """Return the host of a base address, or say why it is none."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise FetchError(f"this is no web address ({error})") from error
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.query or parts.fragment:
        raise FetchError(
            "expected is an address such as https://HOST/api, without name, password or parameters"
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise FetchError(f"what is sent to {host} over http can be read on the way, the token too; use https")
    return host


def _host(url: str) -> str:
    return urlsplit(url).hostname or url
