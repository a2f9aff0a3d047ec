"""Asking a model: one request at a time, tried again when the network fails, kept by content, the key never written.

Any endpoint that speaks the chat-completions form serves: local servers (llama.cpp, Ollama, vLLM) and hosted ones.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from salience.errors import CaseError, SalienceError
from salience.reading.model.settings import ReaderSettings, is_loopback, read_key, require_consent

MOST_BYTES = 4_000_000
PASSING = frozenset([408, 409, 425, 429, 500, 502, 503, 504, 529])


class EndpointError(SalienceError):
    """A model's endpoint does not answer, or refuses."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Attributes
    ----------
    request : str
        SHA-256 of the request, under which both are kept.
    content : str
        The model's words.
    cut : bool
        Whether the endpoint stopped it before its end.
    kept : bool
        Whether the reply was kept from before, so that nothing was asked.
    """

    request: str
    content: str
    cut: bool
    kept: bool


@dataclass(slots=True)
class Endpoint:
    """A connection to a model.

    Parameters
    ----------
    settings : ReaderSettings
    folder : Path
        Where requests and replies are kept, each pair as `SHA-256.json`.
    send_texts : bool
        The user agrees that texts leave the machine; needed for any host but this one.

    Raises
    ------
    CaseError
        The address or the key is not as it must be, nobody agreed, or the extra is not installed.
    """

    settings: ReaderSettings
    folder: Path
    send_texts: bool = False
    asked: int = 0
    from_kept: int = 0
    _key: str | None = field(default=None, repr=False)
    _client: Any = field(default=None, repr=False)
    _plain: bool = False

    def __post_init__(self) -> None:
        host = require_consent(self.settings, self.send_texts)
        self._key = read_key(self.settings)
        try:
            import httpx
            import stamina  # noqa: F401 - asked for here, so that its absence shows before anything is sent
        except ImportError as error:
            raise CaseError(
                "asking a model needs the packages of the extra 'llm': pip install 'salience[llm]'"
            ) from error
        logging.getLogger("stamina").addHandler(logging.NullHandler())
        self._client = httpx.Client(
            timeout=self.settings.timeout,
            headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            trust_env=not is_loopback(host),
            # A redirect would take the texts to a host that nobody agreed to.
            follow_redirects=False,
        )

    def ask(self, messages: list[dict[str, str]], schema: Mapping[str, Any]) -> Reply:
        """Return the reply to these messages, from the folder when it was asked before.

        Raises
        ------
        EndpointError
            No answer after all attempts, or a refusal; says what to do.
        """
        body = {
            "model": self.settings.model,
            "messages": messages,
            "temperature": 0,
            "seed": 0,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "marks", "strict": True, "schema": schema},
            },
        }
        address = self.settings.endpoint.rstrip("/") + "/chat/completions"
        told = json.dumps({"address": address, "body": body}, ensure_ascii=False, sort_keys=True)
        name = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
        kept = self.folder / f"{name}.json"
        known = _read_kept(kept)
        if known is not None:
            self.from_kept += 1
            return Reply(name, *_content(known), kept=True)
        answer = self._post(address, body)
        self.asked += 1
        content = _content(answer)
        _write(kept, self._without_key({"address": address, "request": body, "reply": answer}))
        return Reply(name, *content, kept=False)

    def close(self) -> None:
        """Let go of the connection; safe to call twice."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _post(self, address: str, body: dict[str, Any]) -> Any:
        """Send a request; once more without the schema when the endpoint knows of none."""
        sent = {k: v for k, v in body.items() if k != "response_format"} if self._plain else body
        response = self._sent(address, sent)
        if response.status_code in (400, 422) and not self._plain and _blames_schema(response.text):
            self._plain = True
            response = self._sent(address, {k: v for k, v in body.items() if k != "response_format"})
        if response.status_code != 200:
            raise EndpointError(self._without_key(self._refusal(response.status_code, response.text)))
        if len(response.content) > MOST_BYTES:
            raise EndpointError(f"the endpoint's reply is over {MOST_BYTES:,} bytes long; it was not taken")
        try:
            return response.json()
        except ValueError as error:
            raise EndpointError(
                f"{address} answers with something that is not JSON (it begins {response.text[:60]!r}). "
                "Is this the base address of a chat-completions endpoint? It often ends in /v1."
            ) from error

    def _sent(self, address: str, body: dict[str, Any]) -> Any:
        import httpx
        import stamina

        payload = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        settings = self.settings
        try:
            for attempt in stamina.retry_context(
                on=_worth_another_try,
                attempts=settings.attempts,
                timeout=None,
                wait_initial=settings.backoff,
                wait_max=60.0,
                wait_jitter=settings.backoff / 2,
            ):
                with attempt:
                    response = self._client.post(
                        address, content=payload, headers={"Content-Type": "application/json"}
                    )
                    if response.status_code in PASSING:
                        response.raise_for_status()
        except httpx.HTTPStatusError as error:
            return error.response
        except httpx.TimeoutException as error:
            raise EndpointError(
                f"no reply from {address} within {settings.timeout:g} s, {settings.attempts} times. What was read "
                "before is kept; run the same again to go on from there, or raise timeout in [reader]."
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise EndpointError(
                self._without_key(
                    f"{address} cannot be reached ({type(error).__name__}: {error}). Is the server running? "
                    "What was read before is kept; run the same again to go on from there."
                )
            ) from error
        return response

    def _refusal(self, status: int, text: str) -> str:
        said = f"; it says: {' '.join(text.split())[:200]}" if text.strip() else ""
        if status in (401, 403):
            held = (
                f"in {self.settings.key_env}"
                if self._key
                else "(none is given; name its variable as key_env)"
            )
            return f"the endpoint does not accept the key {held} (status {status})"
        if 300 <= status < 400:
            return (
                f"the endpoint sends requests on to another address (status {status}); that is not followed"
            )
        if status == 404:
            return f"the endpoint knows no such path, or no model '{self.settings.model}' (status 404){said}"
        if status in PASSING:
            times = self.settings.attempts
            return f"the endpoint failed {times} times (status {status}){said}. Run the same again later."
        return f"the endpoint refuses the request (status {status}){said}"

    def _without_key(self, told: Any) -> Any:
        """Take the key out of what is shown or kept; an endpoint may send back what it was sent."""
        if self._key is None:
            return told
        if isinstance(told, str):
            return told.replace(self._key, "[key]")
        cleaned = json.dumps(told, ensure_ascii=False).replace(
            json.dumps(self._key, ensure_ascii=False)[1:-1], "[key]"
        )
        return json.loads(cleaned)


def _worth_another_try(error: Exception) -> bool | float:
    """Return whether trying again may help, or how many seconds the endpoint asks to wait."""
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        wait = error.response.headers.get("Retry-After", "")
        return min(float(wait), 120.0) if wait.isdigit() else True
    return isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)


def _blames_schema(text: str) -> bool:
    return any(word in text for word in ("response_format", "json_schema", "schema"))


def _content(answer: Any) -> tuple[str, bool]:
    """Return the model's words, and whether they were cut short."""
    try:
        choice = answer["choices"][0]
        content = choice["message"]["content"]
    except (KeyError, IndexError, TypeError) as error:
        raise EndpointError(
            "the endpoint's reply has no choices[0].message.content; it does not speak the chat-completions form"
        ) from error
    return (content if isinstance(content, str) else ""), choice.get("finish_reason") == "length"


def _read_kept(path: Path) -> Any | None:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["reply"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return None  # a damaged file is as good as none: it is asked anew and written whole


def _write(path: Path, told: Any) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        part.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8", errors="replace")
        part.replace(path)
    except OSError as error:
        raise CaseError(f"the reply cannot be kept in {path.parent}: {error.strerror}") from error
