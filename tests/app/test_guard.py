"""What comes in and what goes out: token, host, cookie, forms, sizes, headers, log."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app_client import HOST, TestClient, enter, form_token, knock, log_of, send
from salience.app import guard, hosts
from salience.app.desk import Desk
from salience.app.server import create_app
from salience.app.sessions import Sessions
from salience.case import open_case
from small_ged import write_case

FORGERIES = (
    lambda cookie: cookie[:-1] + ("1" if cookie[-1] == "0" else "0"),
    lambda cookie: "x" + cookie,
    lambda cookie: cookie.split(".")[0],
    lambda cookie: "",
)
STOP = "/jobs/0123456789abcdef/stop"  # a form that finds nothing to stop, once it is let in


def routes(desk: Desk) -> list[tuple[str, str]]:
    """Return every route with a method, its places filled in with something."""
    paths = create_app(desk).openapi()["paths"]
    found = [(path, method.upper()) for path, ways in paths.items() for method in ways]
    filled = [(path.replace("{number}", "0123456789abcdef"), method) for path, method in found]
    return [(path.replace("{", "").replace("}", ""), method) for path, method in filled]


def test_without_a_session_every_page_answers_401(desk: Desk) -> None:
    client = knock(desk)
    tried = [
        *routes(desk),
        ("/openapi.json", "GET"),
        ("/nothing", "GET"),
        ("/docs", "GET"),
        ("/login", "GET"),
    ]
    assert len(tried) > 8
    for path, method in tried:
        assert client.request(method, path).status_code == 401, (method, path)
    page = client.get("/")
    assert "Testland" not in page.text


def test_only_the_look_of_that_page_is_open(desk: Desk) -> None:
    client = knock(desk)
    for link in ("app-", "icon-"):
        address = client.get("/").text.split(f"/static/{link}")[1].split('"')[0]
        assert client.get(f"/static/{link}{address}").status_code == 200
    assert client.get("/static/vega.js").status_code == 401


@pytest.mark.parametrize("token", ["", "x", "é", "a" * 5000, "../../etc/passwd"])
def test_a_wrong_token_does_not_let_in(desk: Desk, token: str) -> None:
    response = knock(desk).get("/", params={"token": token})
    assert response.status_code == 401 and "set-cookie" not in response.headers


def test_the_token_becomes_a_strict_cookie_and_leaves_the_address(desk: Desk) -> None:
    response = knock(desk).get("/jobs", params={"token": desk.sessions.token, "page": "2"})
    assert response.status_code == 303 and response.headers["location"] == "/jobs?page=2"
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert desk.sessions.token not in response.headers["set-cookie"]


def test_the_way_in_leads_to_no_other_site(desk: Desk) -> None:
    client = knock(desk)
    for path in ("//evil.example", "/\\evil.example", "///evil.example/x"):
        response = client.get(f"{HOST}{path}", params={"token": desk.sessions.token})
        assert response.headers.get("location", "/").startswith("/")
        assert not response.headers.get("location", "/").startswith(("//", "/\\"))


def test_from_a_link_elsewhere_a_page_of_ours_comes_between(desk: Desk) -> None:
    response = knock(desk).get(
        "/", params={"token": desk.sessions.token}, headers={"sec-fetch-site": "cross-site"}
    )
    # A strict cookie does not go along a redirect that another site began.
    assert response.status_code == 200 and 'content="0;url=/"' in response.text
    assert "set-cookie" in response.headers


def test_a_ticket_opens_once(desk: Desk) -> None:
    ticket = desk.sessions.ticket()
    assert knock(desk).get("/", params={"token": ticket}).status_code == 303
    assert knock(desk).get("/", params={"token": ticket}).status_code == 401


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_cookie_does_not_let_in(desk: Desk, forge: Any) -> None:
    client = enter(desk)
    cookie = client.cookies.get(desk.sessions.cookie)
    client.cookies.clear()
    forged = forge(cookie)
    assert forged != cookie
    client.cookies.set(desk.sessions.cookie, forged)
    assert client.get("/").status_code == 401


def test_a_restart_ends_every_session() -> None:
    assert Sessions().find(Sessions().start()) is None


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "", "[", "localhost.", "0.0.0.0"],
)
def test_another_host_is_refused_before_anything_else(desk: Desk, host: str) -> None:
    client = enter(desk)
    for path in ("/", "/nothing", f"/?token={desk.sessions.token}"):
        assert client.get(path, headers={"Host": host}).status_code == 400
    assert knock(desk).get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8123", "localhost:8123", "[::1]:8123"])
def test_this_machine_by_any_of_its_names_is_let_in(desk: Desk, host: str) -> None:
    assert knock(desk).get("/", headers={"Host": host}).status_code == 401


def test_elsewhere_only_its_own_name_or_an_address_in_digits_is_taken() -> None:
    assert "*" in hosts.allowed_names("0.0.0.0") and "evil.example" not in hosts.allowed_names("0.0.0.0")
    assert hosts.allowed_names("desk.example") == {"127.0.0.1", "localhost", "::1", "desk.example"}


def test_a_form_needs_this_sessions_token(desk: Desk) -> None:
    client, other = enter(desk), enter(desk)
    origin = {"Origin": HOST}
    assert client.post(STOP, headers=origin).status_code == 403
    assert client.post(STOP, data={"form_token": "x"}, headers=origin).status_code == 403
    assert client.post(STOP, data={"form_token": form_token(desk, other)}, headers=origin).status_code == 403
    assert send(desk, client, STOP, {}).status_code == 404  # let in; there is no such job
    by_script = {**origin, "x-form-token": form_token(desk, client)}
    assert client.post(STOP, headers=by_script).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_from_another_site_is_refused_even_with_the_token(desk: Desk, headers: dict[str, str]) -> None:
    client = enter(desk)
    refused = client.post(STOP, data={"form_token": form_token(desk, client)}, headers=headers)
    assert refused.status_code == 403 and "another site" in refused.text


def test_every_form_of_every_route_asks_for_the_token(desk: Desk) -> None:
    client = enter(desk)
    for path, method in routes(desk):
        if method == "POST" and path != "/login":
            assert client.post(path, headers={"Origin": HOST}).status_code in (403, 422), path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_not_taken(desk: Desk, method: str) -> None:
    assert enter(desk).request(method, "/").status_code == 405
    assert knock(desk).request(method, "/").status_code == 401


def test_every_answer_carries_the_safety_headers(desk: Desk) -> None:
    client = enter(desk)
    answers = [client.get(path) for path in ("/", "/nothing", "/openapi.json", "/figures/map.json")]
    answers += [knock(desk).get("/"), client.get("/", headers={"Host": "evil.example"})]
    for response in answers:
        for name, value in guard.HEADERS.items():
            assert response.headers[name] == value
        assert response.headers["cache-control"] == "no-store"
        assert "server" not in response.headers
    assert "unsafe" not in guard.POLICY and "http" not in guard.POLICY


def test_pages_hold_nothing_inline_and_link_to_no_other_host(desk: Desk) -> None:
    page = enter(desk).get("/").text
    assert "<style" not in page and " style=" not in page and " onclick=" not in page
    ours = re.findall(r'<script (?:type="module" )?src="/static/[^"]+"(?: defer)?></script>', page)
    assert page.count("<script") == len(ours)
    assert 'href="http' not in page and 'src="http' not in page


def test_a_body_that_is_too_large_is_refused_by_what_it_says(desk: Desk) -> None:
    refused = send(desk, enter(desk), STOP, {"note": "x" * (guard.LARGEST_FORM + 1)})
    assert refused.status_code == 413 and "1 MB" in refused.text


def test_a_body_of_unsaid_length_is_stopped_at_the_limit(desk: Desk) -> None:
    client, sent = enter(desk), 0

    def stream() -> Iterator[bytes]:
        nonlocal sent
        yield b"form_token=" + form_token(desk, client).encode() + b"&note="
        for _ in range(100):
            sent += 1 << 20
            yield b"x" * (1 << 20)

    headers = {"Origin": HOST, "Content-Type": "application/x-www-form-urlencoded"}
    refused = client.post(STOP, content=stream(), headers=headers)
    assert refused.status_code == 413
    # The stand-in for a browser reads its own stream whole; how much of it the app took, a real server shows.


@pytest.mark.parametrize("length", ["-1", "1e9", "٣", "x"])
def test_a_length_that_is_no_number_is_refused(desk: Desk, length: str) -> None:
    client = enter(desk)
    headers = {"Origin": HOST, "x-form-token": form_token(desk, client), "Content-Length": length.encode()}
    assert client.post(STOP, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/static/../desk.py", "/static/..%2fdesk.py", "/static/%2e%2e%2fdesk.py", "/..%5c..%5ccase.toml",
     "/static//etc/passwd", "/case.toml", "/record.duckdb", "/answers/../case.toml"],
)  # fmt: skip
def test_no_path_reaches_the_file_system(desk: Desk, path: str) -> None:
    response = enter(desk).get(path)
    assert response.status_code in (404, 422)
    assert "Testland" not in response.text.replace("<bdi>Testland</bdi></a>", "").replace("– Testland", "")


def test_reading_only_takes_no_form(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case", events=20)
    with open_case(folder) as case:
        case.add(folder / "ged.csv", "ucdp")
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    desk = Desk(folder, read_only=True)
    try:
        client = enter(desk)
        for path, method in routes(desk):
            if method == "POST" and path != "/login":
                refused = send(desk, client, path, {})
                assert refused.status_code == 403 and "reading only" in refused.text, path
        assert "reading only" in client.get("/").text
        with desk.reading() as record, pytest.raises(Exception, match="read-only"):
            record.connection.execute("DELETE FROM event")
    finally:
        desk.close()
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before


def test_a_fault_is_a_number_without_what_the_record_holds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from salience.app.pages import front

    def fail(*_: Any) -> Any:
        raise ZeroDivisionError("Daro Venn at /home/analyst")

    monkeypatch.setattr(front, "hold", fail)
    logging.getLogger("salience.app").propagate = True
    with caplog.at_level(logging.INFO):
        page = enter(desk).get("/?secret=Daro")
    assert page.status_code == 500
    number = page.text.split("Number ")[1][:6]
    assert f"fault {number}: ZeroDivisionError at app/pages/front.py:" in log_of(caplog)
    for words in (page.text, log_of(caplog)):
        assert "Daro" not in words and "analyst" not in words and "Traceback" not in words


def test_the_log_has_neither_token_nor_query_nor_name(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("salience.app").propagate = True
    with caplog.at_level(logging.INFO):
        enter(desk).get("/jobs/0123456789abcdef?who=Daro")
    assert "GET /jobs/{number} 404" in log_of(caplog)
    assert (
        desk.sessions.token not in log_of(caplog)
        and "Daro" not in log_of(caplog)
        and "0123456789" not in log_of(caplog)
    )


def test_a_case_file_that_breaks_while_it_is_served_is_said_and_stops_nothing(case_folder: Path) -> None:
    file = case_folder / "case.toml"
    before, desk = file.read_text(encoding="utf-8"), Desk(case_folder)
    try:
        client = enter(desk)
        file.write_text(before + "\n[quesstions]\n", encoding="utf-8")
        page = client.get("/")
        assert page.status_code == 200 and "quesstions" in page.text and "Testland" in page.text
        file.write_text(before, encoding="utf-8")
        assert "quesstions" not in client.get("/").text
    finally:
        file.write_text(before, encoding="utf-8")
        desk.close()


def test_what_is_shown_is_escaped(tmp_path: Path, case_folder: Path) -> None:
    text = (case_folder / "case.toml").read_text(encoding="utf-8")
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "case.toml").write_text(
        text.replace('name = "Testland"', "name = '<script>alert(1)</script>'"), encoding="utf-8"
    )
    desk = Desk(folder)
    try:
        page: str = enter(desk).get("/").text
        assert "<script>alert" not in page and "&lt;script&gt;alert" in page
    finally:
        desk.close()


def test_a_static_file_is_kept_by_the_browser(desk: Desk) -> None:
    client: TestClient = enter(desk)
    address = "/static/app-" + client.get("/").text.split("/static/app-")[1].split('"')[0]
    response = client.get(address)
    assert "immutable" in response.headers["cache-control"]
    again = client.get(address, headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304 and not again.content
