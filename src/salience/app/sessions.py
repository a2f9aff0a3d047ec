"""Who may come in: the token of the opening address, signed cookies, form tokens, a password where one is set."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from salience.errors import CaseError

SHORTEST_PASSWORD = 12
FREE_ATTEMPTS, LONGEST_WAIT = 5, 30.0
# RFC 7914: N = 2^15, r = 8 takes 32 MB and about 0.1 s for each attempt.
SCRYPT = {"n": 1 << 15, "r": 8, "p": 1, "maxmem": 1 << 26}


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that came in.

    Attributes
    ----------
    name : str
        Random; means nothing.
    form_token : str
        What each form of this session carries, so that no other site can send one.
    """

    name: str
    form_token: str


class Sessions:
    """The secrets of one run of the server; a restart ends every session.

    Parameters
    ----------
    port : int
        Cookies do not know ports: two servers on one machine need two names.
    """

    def __init__(self, port: int = 0) -> None:
        self.token = secrets.token_urlsafe(32)
        self.cookie = f"salience-{port}"
        self._key = secrets.token_bytes(32)
        self._tickets: set[str] = set()

    def ticket(self) -> str:
        """Return a token that opens once, for handing to a browser in sight of others on this machine."""
        ticket = secrets.token_urlsafe(32)
        self._tickets.add(ticket)
        return ticket

    def admits(self, token: str) -> bool:
        """Return whether this is the opening address's token, or a ticket that was not used yet."""
        if hmac.compare_digest(token.encode(), self.token.encode()):
            return True
        used = next((t for t in self._tickets if hmac.compare_digest(token.encode(), t.encode())), None)
        if used is None:
            return False
        self._tickets.discard(used)
        return True

    def start(self) -> str:
        """Return the cookie's value for a new session."""
        name = secrets.token_urlsafe(24)
        return f"{name}.{self._sign('session', name)}"

    def find(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie; None when it is forged, of an earlier run, or missing."""
        name, _, signature = (cookie or "").rpartition(".")
        if not name or not hmac.compare_digest(signature.encode(), self._sign("session", name).encode()):
            return None
        return Session(name, self._sign("form", name))

    def _sign(self, purpose: str, name: str) -> str:
        return hmac.new(self._key, f"{purpose}:{name}".encode(), hashlib.sha256).hexdigest()


class Password:
    """A password, kept only as its scrypt hash; wrong attempts make everybody wait.

    Parameters
    ----------
    word : str

    Raises
    ------
    CaseError
        It is too short.
    """

    def __init__(self, word: str) -> None:
        if len(word) < SHORTEST_PASSWORD:
            raise CaseError(
                f"the password has {len(word)} characters; at least {SHORTEST_PASSWORD} are needed, "
                "for everybody who reaches this machine can try"
            )
        self._salt = secrets.token_bytes(16)
        self._hash = self._stretch(word)
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def wait(self) -> float:
        """Return for how many seconds no attempt is looked at."""
        return max(0.0, self._closed_until - time.monotonic())

    def matches(self, word: str) -> bool:
        """Return whether this is the password. One attempt at a time; after five wrong ones the wait doubles."""
        with self._lock:
            if self.wait():
                return False
            if hmac.compare_digest(self._stretch(word), self._hash):
                self._failures = 0
                return True
            self._failures += 1
            if self._failures >= FREE_ATTEMPTS:
                wait = min(LONGEST_WAIT, 2.0 ** (self._failures - FREE_ATTEMPTS))
                self._closed_until = time.monotonic() + wait
            return False

    def _stretch(self, word: str) -> bytes:
        return hashlib.scrypt(word.encode(), salt=self._salt, **SCRYPT)


def read_password(path: Path) -> Password:
    """Read a password from the first line of a file that only its owner can read.

    Raises
    ------
    CaseError
        The file is missing, others can read it, or the password is too short.
    """
    try:
        mode = path.stat().st_mode
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"the password file {path} cannot be read: {error}") from error
    if mode & 0o077:
        raise CaseError(f"others on this machine can read {path}; `chmod 600` it, then repeat")
    if not lines:
        raise CaseError(f"{path} is empty; its first line is the password")
    return Password(lines[0].strip())
