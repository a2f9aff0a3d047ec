"""Pages from templates: one environment, one file of words, the report's own filters."""

from __future__ import annotations

import re
import tomllib
from contextvars import ContextVar
from functools import cache
from html import unescape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from salience.app import static_files
from salience.questions.answer import format_interval, format_number
from salience.questions.notebook import show_cell
from salience.record.restricted import Names
from salience.report.claims import show_chance
from salience.report.page import SYMBOLS, mark_span
from salience.version import __version__

if TYPE_CHECKING:
    from salience.app.desk import Desk

# The pages of the bar, in the order of the work; one that the server does not have is left out.
BAR = (
    ("/", "front"),
    ("/record", "record"),
    ("/search", "search"),
    ("/claims", "claims"),
    ("/questions", "questions"),
    ("/landscape", "landscape"),
    ("/table", "table"),
    ("/options", "options"),
    ("/review", "review"),
    ("/files", "files"),
)


# Whose names the page being written masks; every expression of every template goes through it.
_names: ContextVar[Names] = ContextVar("names", default=Names())  # noqa: B039 - it holds nothing that changes
_TAG = re.compile(r"(<[^>]*>)")


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page.

    Parameters
    ----------
    request : Request
        Whose session the forms of the page are for.
    template : str
        A file of `templates/`; it extends `base.html.j2`.
    status : int
        Of HTTP.
    **values
        What the template shows; all of it is escaped.
    """
    session = getattr(request.state, "session", None)
    desk: Desk = request.state.desk
    page = _environment().get_template(template)
    # Who has no session sees nothing of the record, and makes nobody look into it.
    masking = _names.set(desk.names if session else Names())
    try:
        text = page.render(
            request=request,
            desk=desk,
            session=session,
            form_token=session.form_token if session else "",
            bar=_bar(request) if session else [],
            here=request.url.path,
            version=__version__,
            **values,
        )
    finally:
        _names.reset(masking)
    return HTMLResponse(text, status_code=status)


def send_json(request: Request, told: Any) -> JSONResponse:
    """Return data for a script or a chart, its strings masked as those of a page are."""
    desk: Desk = request.state.desk
    return JSONResponse(desk.names.mask_all(told))


def problem(request: Request, status: int, reason: str, number: str = "", **values: str) -> Response:
    """Return a page that says in plain words what went wrong; `reason` is a key of [problem] in strings.toml."""
    said = phrase(f"problem.{reason}", **values)
    return say(request, status, said, number)


def say(request: Request, status: int, sentence: str, number: str = "") -> Response:
    """Return a page with one sentence of what went wrong, and the number under which the log has it."""
    return render(request, "problem.html.j2", status=status, sentence=sentence, code=status, number=number)


def ask_to_enter(request: Request, wrong: str = "") -> Response:
    """Return the page without a session: how to come in, or where to write the password."""
    desk: Desk = request.state.desk
    return render(request, "door.html.j2", status=401, with_password=desk.password is not None, wrong=wrong)


def phrase(key: str, **values: Any) -> str:
    """Return a string of the interface by `section.name`, its `{places}` filled.

    Raises
    ------
    KeyError
        `strings.toml` does not have it.
    """
    return _strings()[key].format(**values) if values else _strings()[key]


@cache
def _strings() -> dict[str, str]:
    sections = tomllib.loads(_read("strings.toml"))
    return {f"{section}.{name}": text for section, all_ in sections.items() for name, text in all_.items()}


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_masked,
    )  # fmt: skip
    environment.filters |= {
        "cell": show_cell,
        "chance": show_chance,
        "code": _code,
        "count": _count,
        "excerpt": lambda text: mark_span(_names.get().mask(text)),
        "interval": format_interval,
        "number": format_number,
    }
    environment.globals |= {"t": phrase, "static": static_files.address, "symbols": SYMBOLS}
    return environment


def _masked(value: Any) -> Any:
    """Mask whatever a template writes; of markup, what stands between its tags."""
    names = _names.get()
    if not names or not isinstance(value, str):
        return value
    if not isinstance(value, Markup):
        return names.mask(value)
    parts = _TAG.split(value)
    texts = [unescape(part) for part in parts[::2]]
    if not names.found_in("\n".join(texts)):
        return value
    parts[::2] = [escape(part) for part in names.mask_pieces(texts)]
    return Markup("".join(parts))


def _bar(request: Request) -> list[tuple[str, str]]:
    there = request.scope["app"].state.paths
    return [(path, name) for path, name in BAR if path in there]


def _code(text: str) -> Markup:
    """Write what stands between backticks as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(Markup("<code>{}</code>").format(p) if k % 2 else p for k, p in enumerate(parts))


def _count(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _template(name: str) -> str | None:
    """Find a template among the app's, then among those it shares with the report."""
    for package in ("salience.app", "salience.report"):
        found = files(package).joinpath("templates", name)
        if found.is_file():
            return found.read_text(encoding="utf-8")
    return None


def _read(name: str) -> str:
    return files("salience.app").joinpath(name).read_text(encoding="utf-8")
