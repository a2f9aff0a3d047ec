"""The model reader: what passes the gate, what is refused, and what an endpoint can do wrong."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from salience.errors import CaseError
from salience.reading.model.endpoint import Endpoint, EndpointError
from salience.reading.model.reader import ModelReading, cut_pieces, read_with_model, summarise
from salience.reading.model.reply import write_request
from salience.reading.model.settings import ReaderSettings, is_loopback, require_consent
from stub_model import Stub, says, serving, text_of

httpx = pytest.importorskip("httpx", reason="needs the extra 'llm'")
pytest.importorskip("stamina", reason="needs the extra 'llm'")

TEXT = (
    "UN reports speak of 23 active armed groups. The ministry did not deny the attack. The Taliban met in Doha, and "
    "the Taliban called for recognition. The rebels, whom officials call bandits, took twenty-three villages."
)
KEY = "not-a-real-key-7731"


def mark(kind: str, quote: str, **more: Any) -> dict[str, Any]:
    return {"quote": quote, "kind": kind, "speaker": None, "about": None, "value": None} | more


def settings(stub: Stub | str, **more: Any) -> ReaderSettings:
    address = stub if isinstance(stub, str) else stub.endpoint
    return ReaderSettings(**({"endpoint": address, "model": "small", "backoff": 0, "timeout": 20} | more))


def read(reply: Any, tmp_path: Path, text: str = TEXT) -> ModelReading:
    """Read a text with a model that gives this reply."""
    with serving(lambda _: (200, says(reply))) as stub, Endpoint(settings(stub), tmp_path) as endpoint:
        return read_with_model(text, endpoint)


def read_marks(tmp_path: Path, *statements: dict[str, Any]) -> ModelReading:
    return read({"mentions": [], "statements": list(statements)}, tmp_path)


def test_every_occurrence_of_a_quote_becomes_a_suggestion_with_its_place(tmp_path: Path) -> None:
    reading = read(
        {"mentions": [{"quote": "the taliban", "kind": "organisation"}], "statements": []}, tmp_path
    )
    assert [(m.text, m.how, m.kind) for m in reading.mentions] == [
        ("The Taliban", "model", "organisation"),
        ("the Taliban", "model", "organisation"),
    ]
    assert all(TEXT[m.start : m.end] == m.text for m in reading.mentions)


def test_what_the_text_says_passes_with_its_parts(tmp_path: Path) -> None:
    reading = read_marks(
        tmp_path,
        mark(
            "figure", "23 active armed groups", speaker="UN reports", about="active armed groups", value="23"
        ),
        mark(
            "label", "whom officials call bandits", speaker="officials", about="The rebels", value="bandits"
        ),
        mark("demand", "the Taliban called for recognition", speaker="the Taliban", value="recognition"),
        mark("event", "The Taliban met in Doha", speaker="The Taliban", value="consult"),
        mark("figure", "twenty-three villages", about="villages"),
    )
    assert not reading.refused
    told = {s.kind: (s.value, s.speaker, s.about) for s in reading.statements if s.start < 200}
    assert told["label"] == ("bandits", "officials", "The rebels")
    assert told["demand"] == ("recognition", "the Taliban", None)
    assert [s.value for s in reading.statements if s.kind == "figure"] == ["23", "23"]
    (event,) = [s for s in reading.statements if s.kind == "event"]
    assert (event.value, event.detail["actor"]) == ("CONSULT", "The Taliban")


@pytest.mark.parametrize(
    ("marked", "reason"),
    [
        (mark("claim", "The Taliban are a terrorist group"), "does not hold"),
        (mark("figure", "32 active armed groups", value="32"), "no number 32"),
        (mark("figure", "23 active armed groups", value="32"), "no number 32"),
        (mark("figure", "twenty-three villages", value="32"), "no number 32"),
        (mark("figure", "active armed groups", value="23"), "no number"),
        (mark("claim", "The ministry denied the attack"), "does not hold"),
        (mark("claim", "deny the attack"), "turns it round"),
        (
            mark("attribution", "The ministry did not deny the attack", value="deny the attack"),
            "turns it round",
        ),
        (mark("claim", "The ministry did not deny the attack", value="deny the attack"), "turns it round"),
        (mark("demand", "the Taliban called for recognition and for money"), "what follows is not there"),
        (
            mark("demand", "the Taliban called for recognition", speaker="Mullah Omar"),
            "speaker 'Mullah Omar'",
        ),
        (mark("label", "whom officials call bandits", about="The army"), "about 'The army'"),
        (mark("label", "whom officials call bandits", value="terrorists"), "value 'terrorists'"),
        (mark("event", "The Taliban met in Doha", value="WAR"), "no type of event"),
    ],
)
def test_the_gate_refuses_what_the_text_does_not_say(
    tmp_path: Path, marked: dict[str, Any], reason: str
) -> None:
    reading = read_marks(tmp_path, marked)
    assert reading.statements == ()
    (refused,) = reading.refused
    assert reason in refused.reason
    assert refused.quote == marked["quote"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("Sure! The text is about the Taliban, who are terrorists.", "not JSON"),
        ("", "empty"),
        ('{"answer": 42}', "ignores the schema"),
        ("[1, 2]", "ignores the schema"),
        ('{"mentions": "none", "statements": []}', "mentions is no list"),
        ('{"mentions": [{"quote": "The Taliban", "kind": "villain"}]}', "ignores the schema: kind"),
        ('{"mentions": [{"kind": "person"}]}', "ignores the schema: quote"),
        ('{"mentions": ["The Taliban"]}', "ignores the schema"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_reply_of_another_form_is_refused_and_kept(tmp_path: Path, reply: str, reason: str) -> None:
    reading = read(reply, tmp_path)
    assert reading.mentions == reading.statements == ()
    assert reason in reading.refused[0].reason
    (kept,) = tmp_path.glob("*.json")
    assert kept.stem == reading.refused[0].request


def test_one_bad_item_does_not_spoil_the_others(tmp_path: Path) -> None:
    items = [{"quote": "The Taliban", "kind": "villain"}, {"quote": "Doha", "kind": "place"}]
    reading = read({"mentions": items, "statements": []}, tmp_path)
    assert [m.text for m in reading.mentions] == ["Doha"]
    assert summarise(reading.refused) == {"not of the form asked for": 1}


def test_json_within_a_fence_is_taken(tmp_path: Path) -> None:
    reply = '```json\n{"mentions": [{"quote": "Doha", "kind": "place"}], "statements": []}\n```'
    assert len(read(reply, tmp_path).mentions) == 1


def test_a_reply_that_was_cut_says_so(tmp_path: Path) -> None:
    with (
        serving(lambda _: (200, says('{"mentions": [{"quo', "length"))) as stub,
        Endpoint(settings(stub), tmp_path) as endpoint,
    ):
        assert "breaks off" in read_with_model(TEXT, endpoint).refused[0].reason


def test_an_inventing_model_is_counted_twelve_times_and_believed_never(tmp_path: Path) -> None:
    invented = [
        mark("label", "The Taliban are a terrorist group", value=f"terrorist group {n}") for n in range(12)
    ]
    reading = read_marks(tmp_path, *invented)
    assert reading.statements == ()
    assert sum(summarise(reading.refused).values()) == 1  # the same words with the same fault are one row
    several = [mark("label", f"The Taliban are a terrorist group {n}") for n in range(12)]
    assert sum(summarise(read_marks(tmp_path / "b", *several).refused).values()) == 12


def test_what_was_asked_before_is_not_asked_again(tmp_path: Path) -> None:
    reply = says({"mentions": [{"quote": "Doha", "kind": "place"}], "statements": []})
    with serving(lambda _: (200, reply)) as stub:
        with Endpoint(settings(stub), tmp_path) as endpoint:
            first = read_with_model(TEXT, endpoint)
        with Endpoint(settings(stub), tmp_path) as endpoint:
            second = read_with_model(TEXT, endpoint)
            assert (endpoint.asked, endpoint.from_kept) == (0, 1)
            read_with_model(TEXT + " More.", endpoint)
            assert endpoint.asked == 1
        assert first == second
        assert len(stub.requests) == 2
    with Endpoint(settings(stub), tmp_path) as endpoint:  # the server is gone
        assert read_with_model(TEXT, endpoint) == first


def test_a_damaged_kept_reply_is_asked_anew(tmp_path: Path) -> None:
    with serving(lambda _: (200, says({"mentions": [], "statements": []}))) as stub:
        with Endpoint(settings(stub), tmp_path) as endpoint:
            read_with_model(TEXT, endpoint)
        (kept,) = tmp_path.glob("*.json")
        kept.write_text(kept.read_text(encoding="utf-8")[:50], encoding="utf-8")
        with Endpoint(settings(stub), tmp_path) as endpoint:
            read_with_model(TEXT, endpoint)
            assert endpoint.asked == 1
        assert "reply" in json.loads(kept.read_text(encoding="utf-8"))


def test_a_key_is_sent_and_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUB_KEY", KEY)
    echo = says({"mentions": [], "statements": [], "debug": f"you sent Bearer {KEY}"})
    with serving(lambda _: (200, echo)) as stub:
        with Endpoint(settings(stub, key_env="STUB_KEY"), tmp_path) as endpoint:
            read_with_model(TEXT, endpoint)
            assert KEY not in repr(endpoint)
        assert stub.headers[0]["authorization"] == f"Bearer {KEY}"
    assert all(KEY not in path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    with serving(lambda _: (401, f"bad key {KEY}")) as stub:
        with (
            Endpoint(settings(stub, key_env="STUB_KEY"), tmp_path) as endpoint,
            pytest.raises(EndpointError, match="does not accept the key in STUB_KEY") as caught,
        ):
            read_with_model("Other text.", endpoint)
        assert KEY not in str(caught.value)
    with (
        serving(lambda _: (400, f"bad request by {KEY}")) as stub,
        Endpoint(settings(stub, key_env="STUB_KEY"), tmp_path) as endpoint,
        pytest.raises(EndpointError, match="bad request by") as caught,
    ):
        read_with_model("Other text.", endpoint)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_a_passing_failure_is_tried_again(tmp_path: Path, status: int) -> None:
    replies = [
        (status, "wait", {"Retry-After": "0"}),
        (status, "wait"),
        (200, says({"mentions": [], "statements": []})),
    ]
    with serving(lambda _: replies.pop(0)) as stub, Endpoint(settings(stub), tmp_path) as endpoint:
        assert read_with_model(TEXT, endpoint).refused == ()
        assert len(stub.requests) == 3


@pytest.mark.parametrize(
    ("status", "body", "asked", "said"),
    [
        (503, "busy", 4, "failed 4 times .status 503.; it says: busy"),
        (404, "no such model", 1, "no model 'small'"),
        (400, "too long", 1, "refuses the request .status 400.; it says: too long"),
        (302, "", 1, "another address"),
        (200, "<html>Welcome</html>", 1, "not JSON"),
        (200, '{"error": "none"}', 1, "chat-completions form"),
        (200, "[]", 1, "chat-completions form"),
    ],
)
def test_a_refusal_is_an_error_that_says_what_to_do(
    tmp_path: Path, status: int, body: str, asked: int, said: str
) -> None:
    with serving(lambda _: (status, body, {"Location": "http://example.org/"})) as stub:
        with Endpoint(settings(stub), tmp_path) as endpoint, pytest.raises(EndpointError, match=said):
            read_with_model(TEXT, endpoint)
        assert len(stub.requests) == asked
    assert list(tmp_path.iterdir()) == []


def test_a_silent_endpoint_is_given_up_after_its_time(tmp_path: Path) -> None:
    import threading

    ended = threading.Event()

    def silent(_: Any) -> tuple[int, str]:
        ended.wait(20)
        return 200, ""

    began = time.monotonic()
    with serving(silent) as stub:
        with (
            Endpoint(settings(stub, timeout=0.1, attempts=2), tmp_path) as endpoint,
            pytest.raises(EndpointError, match=r"no reply .* within 0.1 s, 2 times"),
        ):
            read_with_model(TEXT, endpoint)
        ended.set()
    assert time.monotonic() - began < 15


def test_an_endpoint_that_is_not_there_is_named(tmp_path: Path) -> None:
    with serving(lambda _: (200, "")) as stub:
        gone = stub.endpoint
    with (
        Endpoint(settings(gone, attempts=2), tmp_path) as endpoint,
        pytest.raises(EndpointError, match="cannot be reached"),
    ):
        read_with_model(TEXT, endpoint)


def test_an_endpoint_that_knows_no_schema_is_asked_without(tmp_path: Path) -> None:
    def old(body: dict[str, Any]) -> tuple[int, Any]:
        if "response_format" in body:
            return 400, "unknown field response_format"
        return 200, says({"mentions": [{"quote": "Doha", "kind": "place"}], "statements": []})

    with serving(old) as stub, Endpoint(settings(stub), tmp_path) as endpoint:
        assert len(read_with_model(TEXT, endpoint).mentions) == 1
        read_with_model("Other text in Doha.", endpoint)
        assert ["response_format" in body for body in stub.requests] == [True, False, False]


def test_no_text_leaves_the_machine_unless_somebody_agreed(tmp_path: Path) -> None:
    far = settings("https://models.example.org/v1")
    with pytest.raises(CaseError, match=r"models\.example\.org is not on this machine.*--send-texts"):
        Endpoint(far, tmp_path)
    assert require_consent(far, send_texts=True) == "models.example.org"
    with pytest.raises(CaseError, match="Use https"):
        require_consent(settings("http://models.example.org/v1"), send_texts=True)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["example.org", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1", "0.0.0.0"]
)
def test_other_machines_are_not_taken_for_it(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://user:secret@example.org/v1", "may hold a secret"),
        ("https://example.org/v1?key=secret", "may hold a secret"),
        ("localhost:8080", "expected is an address"),
        ("ftp://example.org", "expected is an address"),
        ("http://[::1", "no web address"),
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(
    tmp_path: Path, address: str, said: str
) -> None:
    with pytest.raises(CaseError, match=said) as caught:
        Endpoint(settings(address), tmp_path, send_texts=True)
    assert "secret@" not in str(caught.value)


def test_a_key_in_place_of_its_variables_name_is_refused_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pasted = "sk-abc123"
    with pytest.raises(CaseError, match="name of an environment variable") as caught:
        Endpoint(settings("http://localhost:1", key_env=pasted), tmp_path)
    assert pasted not in str(caught.value)
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(CaseError, match="NO_SUCH_KEY is empty"):
        Endpoint(settings("http://localhost:1", key_env="NO_SUCH_KEY"), tmp_path)


def test_pieces_hold_the_whole_text_and_none_is_much_too_long() -> None:
    text = "A short one. " * 300 + "word " * 800 + "x" * 3000
    pieces = cut_pieces(text, 500)
    assert all(high - low <= 500 for low, high in pieces)
    covered = "".join(text[low:high] for low, high in pieces)
    assert covered.replace(" ", "") == text.replace(" ", "")
    assert cut_pieces("  \n ", 500) == []


def test_places_in_later_pieces_count_from_the_texts_beginning(tmp_path: Path) -> None:
    filling = [f"Nothing is here at all, says line {n}. " for n in range(60)]
    text = "".join([*filling[:40], "Talks in Doha ended. ", *filling[40:]])
    answer = {"mentions": [{"quote": "Doha", "kind": "place"}], "statements": []}

    def only_if_there(body: dict[str, Any]) -> tuple[int, Any]:
        return 200, says(answer if "Doha" in text_of(body) else {"mentions": [], "statements": []})

    with serving(only_if_there) as stub, Endpoint(settings(stub, characters=300), tmp_path) as endpoint:
        reading = read_with_model(text, endpoint)
        assert len(stub.requests) == reading.pieces > 3
    assert [text[m.start : m.end] for m in reading.mentions] == ["Doha"]


def test_an_empty_text_asks_nothing(tmp_path: Path) -> None:
    with serving(lambda _: (500, "")) as stub, Endpoint(settings(stub), tmp_path) as endpoint:
        assert read_with_model(" \n", endpoint).pieces == 0
        assert stub.requests == []


def test_the_request_asks_for_quotes_and_shuffles_kinds_only_when_told() -> None:
    plain, schema = write_request("A text.")
    assert plain[1]["content"] == "BEGIN\nA text.\nEND"
    item = schema["properties"]["statements"]["items"]["properties"]
    assert set(item) == {"quote", "kind", "speaker", "about", "value"}  # no offsets are asked for
    first, second = write_request("A text.", 1)[0][0]["content"], write_request("A text.", 2)[0][0]["content"]
    assert first != second
    assert (
        sorted(first.splitlines()) == sorted(second.splitlines()) == sorted(plain[0]["content"].splitlines())
    )
