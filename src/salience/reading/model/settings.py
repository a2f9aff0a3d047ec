"""Which model reads a case's texts, as `[reader]` of case.toml says; and whether it is on this machine."""

from __future__ import annotations

import ipaddress
import os
import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from salience.errors import CaseError

WHERE = "case.toml, section [reader]"


class ReaderSettings(BaseModel):
    """`[reader]` of `case.toml`: the endpoint that reads texts when asked to. Nothing is sent by any other verb."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str = Field(
        description="Base address of a chat-completions endpoint, such as http://localhost:8080/v1."
    )
    model: str = Field(min_length=1, description="The model's name as the endpoint knows it.")
    key_env: str | None = Field(
        None, description="Name of the environment variable that holds the key; never the key."
    )
    timeout: float = Field(120.0, gt=0, le=3600, description="Seconds to wait for a reply.")
    attempts: int = Field(4, ge=1, le=10, description="How often a request is tried before giving up.")
    backoff: float = Field(
        1.0, ge=0, le=60, description="Seconds before the second try; each later wait is twice as long."
    )
    characters: int = Field(6000, ge=200, le=100_000, description="Longest piece of text in one request.")


def check_address(settings: ReaderSettings) -> str:
    """Return the host that an endpoint's address names.

    Raises
    ------
    CaseError
        It is no address, or holds what may be a secret.
    """
    try:
        parts = urlsplit(settings.endpoint)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise CaseError(f"{WHERE}, key endpoint: this is no web address ({error})") from error
    if parts.scheme not in ("http", "https") or not host:
        raise CaseError(f"{WHERE}, key endpoint: expected is an address such as http://localhost:8080/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise CaseError(
            f"{WHERE}, key endpoint: an address with a name, password or parameters in it may hold a secret. "
            "Leave these out, and name the environment variable that holds the key as key_env."
        )
    return host


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself, so that nothing sent to it leaves."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_consent(settings: ReaderSettings, send_texts: bool) -> str:
    """Return the endpoint's host, once it is this machine or the user said that texts may leave.

    Raises
    ------
    CaseError
        Texts would leave the machine and nobody agreed; or they would leave it unencrypted.
    """
    host = check_address(settings)
    if is_loopback(host):
        return host
    if not send_texts:
        raise CaseError(
            f"the endpoint {host} is not on this machine: the texts of the case would leave it, with the names in "
            "them, and whoever runs that endpoint can keep them. Nothing was sent. If nobody can be harmed by this and "
            "your agreements allow it, repeat with --send-texts; else use a model on this machine (an endpoint such "
            "as http://localhost:8080/v1)."
        )
    if not settings.endpoint.lower().startswith("https:"):
        raise CaseError(
            f"{WHERE}, key endpoint: texts sent to {host} over http can be read on the way. Use https. "
            "Nothing was sent."
        )
    return host


def read_key(settings: ReaderSettings) -> str | None:
    """Return the key from the environment; None when the endpoint needs none.

    Raises
    ------
    CaseError
        The variable is empty, or what should be its name looks like a key.
    """
    name = settings.key_env
    if name is None:
        return None
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) or (len(name) > 40 and not name.isupper()):
        raise CaseError(
            f"{WHERE}, key key_env: expected is the name of an environment variable, such as READER_KEY. If a key "
            "stands there, take it out of case.toml and have it replaced: it has been on disk."
        )
    key = os.environ.get(name, "").strip()
    if not key:
        raise CaseError(
            f"the environment variable {name} is empty; it should hold the key of the endpoint. Set it in the "
            f"shell that runs salience, or leave out key_env in {WHERE} if the endpoint needs no key."
        )
    return key
