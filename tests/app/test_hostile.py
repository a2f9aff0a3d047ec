"""What a hostile browser may send: made-up requests, paths, scripts, formulas, big bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from app_client import HOST, enter, form_token, send
from salience.app.desk import Desk
from salience.app.server import create_app
from salience.case import open_case
from small_ged import row, write_case, write_ged

SCRIPT = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://x","y")'


@pytest.fixture(scope="module")
def evil_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = write_case(tmp_path_factory.mktemp("hostile") / "case")
    rows = [row(n, source_headline=SCRIPT, side_b=SCRIPT, where_coordinates=FORMULA) for n in range(20)]
    write_ged(folder / "ged.csv", rows)
    with open_case(folder) as case:
        case.add(folder / "ged.csv", "ucdp")
    desk = Desk(folder)
    yield desk
    desk.close()


def test_no_page_writes_what_it_is_given_as_markup(evil_desk: Desk) -> None:
    client = enter(evil_desk)
    seen: set[str] = set()
    left = ["/", "/record", f"/record?actor={SCRIPT}", f"/search?q={SCRIPT}", "/sources", "/files"]
    while left and len(seen) < 80:
        path = left.pop(0)
        if path in seen:
            continue
        seen.add(path)
        page = client.get(path)
        assert page.status_code in (200, 303, 404, 422), path
        if "text/html" not in page.headers.get("content-type", ""):
            continue
        assert SCRIPT not in page.text, path
        left += [link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)', page.text)]
    assert any(path.startswith("/events/") for path in seen)


def test_downloads_hold_no_formula(evil_desk: Desk) -> None:
    text = enter(evil_desk).get("/download/events.csv").text
    assert FORMULA.replace('"', '""') in text
    assert f'"{FORMULA[:5]}' not in text and f",{FORMULA[:5]}" not in text


@pytest.mark.parametrize(
    "path",
    ["/static/../desk.py", "/static/%2e%2e/desk.py", "/answers/..%2f..%2fetc/passwd", "/reports/../../etc/passwd",
     "/events/1;drop", "/figures/..%2fx.json", "/download/events.exe", "/compare?left=../x&right=../y"],
)  # fmt: skip
def test_no_path_reaches_the_file_system(evil_desk: Desk, path: str) -> None:
    found = enter(evil_desk).get(path)
    assert found.status_code in (400, 404, 405, 422)
    assert "root:" not in found.text


def test_a_forged_token_and_a_wrong_host_are_refused(evil_desk: Desk) -> None:
    client = enter(evil_desk)
    sent = client.post("/questions/attention/run", data={"form_token": "0" * 64}, headers={"Origin": HOST})
    assert sent.status_code == 403
    other = client.post(
        "/questions/attention/run",
        data={"form_token": form_token(evil_desk, client)},
        headers={"Origin": "http://evil.example"},
    )
    assert other.status_code == 403
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_form_of_a_hundred_megabytes_is_refused(evil_desk: Desk) -> None:
    sent = send(evil_desk, enter(evil_desk), "/questions/attention/run", {"compare": "x" * 100_000_000})
    assert sent.status_code == 413


def test_requests_made_from_the_description_find_no_fault(evil_desk: Desk) -> None:
    """Schemathesis makes requests of every operation that only reads; none may end in a fault of the program."""
    client = enter(evil_desk)
    app = create_app(evil_desk)
    cookie = client.cookies.get(evil_desk.sessions.cookie)
    headers = {"Cookie": f"{evil_desk.sessions.cookie}={cookie}", "Host": "127.0.0.1"}
    described = client.get("/openapi.json").json()
    schema = schemathesis.openapi.from_dict(described)
    schema.app = app
    asked: list[str] = []

    @settings(max_examples=4, deadline=None, phases=[Phase.generate], derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    def try_one(case: Any) -> None:
        path = case.formatted_path
        answered = client.request(
            case.method, path, params=case.query or {}, headers={**headers, **dict(case.headers or {})}
        )
        asked.append(path)
        assert answered.status_code < 500, (case.method, path, case.query)

    operations = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.method.upper() != "GET":
            continue
        operations += 1
        from hypothesis import given

        given(case=operation.as_strategy())(try_one)()
    assert operations > 20
    assert len(asked) >= operations
