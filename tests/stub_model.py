"""A chat-completions endpoint on this machine, for tests and for the docs: it answers as it is told to."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[dict[str, Any]], tuple[int, Any] | tuple[int, Any, dict[str, str]]]


class Stub(ThreadingHTTPServer):
    """The server, with what it was sent."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    @property
    def endpoint(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_: Any) -> None:
        """A client that went away is what some tests want."""


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Stub

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)
        self.server.headers.append({k.lower(): v for k, v in self.headers.items()})
        status, told, *more = self.server.answer(body)
        payload = (told if isinstance(told, str) else json.dumps(told)).encode()
        self.send_response(status)
        for name, value in (more[0] if more else {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(answer: Answer) -> Iterator[Stub]:
    """Serve on loopback while the block runs."""
    stub = Stub(answer)
    thread = threading.Thread(target=stub.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.shutdown()
        stub.server_close()
        thread.join()


def says(content: Any, finish: str = "stop") -> dict[str, Any]:
    """Return a reply in the chat-completions form."""
    told = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return {"choices": [{"message": {"role": "assistant", "content": told}, "finish_reason": finish}]}


def text_of(body: dict[str, Any]) -> str:
    """Return the text that a request asks about."""
    told: str = body["messages"][1]["content"]
    return told.removeprefix("BEGIN\n").removesuffix("\nEND")


def small_model(body: dict[str, Any]) -> tuple[int, Any]:
    """Mark texts as a small model might: some things rightly, and some that no text says.

    It calls the Taliban terrorists whatever the text says, adds a nought to large numbers, takes what the Taliban deny
    for an accusation and what others deny for a rejection, and fighters for whichever kind it was told of first.
    """
    text = text_of(body)
    mentions = [
        {"quote": name, "kind": "organisation"}
        for name in dict.fromkeys(
            re.findall(r"\b(?:Taliban|National Resistance Front|United Nations)\b", text)
        )
    ]
    statements: list[dict[str, Any]] = []
    for match in re.finditer(r"\b(\d+) ([a-z]+(?: [a-z]+)?)", text):
        number = match[1] + "0" * (len(match[1]) > 2)
        statements.append(
            {
                "quote": f"{number} {match[2]}",
                "kind": "figure",
                "speaker": None,
                "about": match[2],
                "value": number,
            }
        )
    if "Taliban" in text:
        statements.append(
            {"quote": "The Taliban are a terrorist group", "kind": "label", "speaker": None, "about": "Taliban",
             "value": "terrorist group"}
        )  # fmt: skip
    for match in re.finditer(r"(The [A-Z][\w ]*?) called (for [a-z ]+)", text):
        statements.append(
            {"quote": match[0], "kind": "demand", "speaker": match[1], "about": None, "value": match[2]}
        )
    for match in re.finditer(r"(The [A-Z][\w ]*?) denied [a-z ]+", text):
        type_ = "ACCUSE" if "Taliban" in match[1] else "REJECT"
        statements.append(
            {"quote": match[0], "kind": "event", "speaker": match[1], "about": None, "value": type_}
        )
    if "fighters" in text:
        told = body["messages"][0]["content"]
        first = min(("unnamed", "population"), key=lambda kind: told.index(f"- {kind}:"))
        mentions.append({"quote": "fighters", "kind": first})
    return 200, says({"mentions": mentions, "statements": statements})
