"""`salience serve`: open the case, bind the port, print the address, and serve until stopped."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from salience.app.hosts import is_loopback
from salience.app.sessions import read_password
from salience.case_file import read_case_file
from salience.errors import CaseError, SalienceError

if TYPE_CHECKING:
    from salience.app.desk import Desk

ENDING_SECONDS = 5


def serve(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    browser: bool = True,
    read_only: bool = False,
    restricted: bool = False,
    password_file: Path | None = None,
    tell: Callable[[str], None] = print,
    quiet: bool = False,
) -> None:
    """Serve a case until it is stopped.

    Parameters
    ----------
    folder : Path
        The case folder.
    host : str
        Where to listen; anything but this machine's own loopback needs a password.
    port : int
        0 takes a free one.
    browser : bool
        Open the address in the browser.
    read_only : bool
        Refuse whatever would change the case; so is a case in a folder that cannot be written.
    restricted : bool
        Show restricted fields; on the loopback only.
    password_file : Path, optional
        Its first line is the password.
    tell : callable
        Prints a line.
    quiet : bool
        Write no line for each request.

    Raises
    ------
    CaseError, RecordError
        The case cannot be opened, the port is taken, or the host needs a password.
    """
    local = is_loopback(host)
    _require_safe(local, host, restricted, password_file)
    password = read_password(password_file) if password_file else None
    read_case_file(folder)
    _require_app_extra()
    listening = _bind(host, port)
    try:
        import uvicorn

        from salience.app import static_files
        from salience.app.desk import Desk
        from salience.app.server import create_app

        taken = int(listening.getsockname()[1])
        desk = Desk(
            folder,
            read_only=read_only or not os.access(folder, os.W_OK),
            restricted=restricted,
            host=host,
            port=taken,
            password=password,
        )
        desk.settle()
        _warm(desk)
        _log_to_stderr(quiet)
        if not local:
            tell(
                f"Warning: everybody who reaches {host}:{taken} can try the password, and what is sent is not "
                "encrypted. Use a network you trust, or `ssh -L` to a server on the loopback."
            )
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{taken}/?token="
        tell(address + desk.sessions.token)
        sys.stdout.flush()
        threading.Thread(target=static_files.find, args=(static_files.VEGA,), daemon=True).start()
        if browser:
            # A ticket, for the address stands in the list of processes while the browser starts.
            opened = address + desk.sessions.ticket()
            threading.Thread(target=webbrowser.open, args=(opened,), daemon=True).start()
        settings = uvicorn.Config(
            create_app(desk), log_config=None, access_log=False, server_header=False,
            timeout_graceful_shutdown=ENDING_SECONDS, lifespan="on",
        )  # fmt: skip
        uvicorn.Server(settings).run(sockets=[listening])
    except KeyboardInterrupt:
        return  # Ctrl-C is how it is meant to end
    finally:
        listening.close()


def _warm(desk: Desk) -> None:
    """Work out the front page before the address is known, so that nobody waits before an empty window."""
    from salience.app.pages import front

    try:
        front.warm(desk)
    except SalienceError:
        return  # the page itself says what is wrong


def _require_app_extra() -> None:
    try:
        import fastapi  # noqa: F401
        import python_multipart  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise CaseError(
            f"the app needs the package {error.name}; `pip install 'salience[app]'` installs what it needs"
        ) from error


def _require_safe(local: bool, host: str, restricted: bool, password_file: Path | None) -> None:
    if not local and password_file is None:
        raise CaseError(
            f"--host {host} lets others reach the case; give --password-file FILE too, or leave --host out"
        )
    if restricted and not local:
        raise CaseError(
            f"--restricted shows what must not leave this machine; it does not go with --host {host}"
        )


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named, asyncio switches off the wait for more to send, 40 ms a page.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(256)
    except (OSError, OverflowError) as error:
        listening.close()
        raise CaseError(
            f"cannot listen on {host} port {port}: {error}. Leave --port out for a free one."
        ) from error
    return listening


def _log_to_stderr(quiet: bool) -> None:
    log = logging.getLogger("salience.app")
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
        log.addHandler(handler)
    log.setLevel(logging.WARNING if quiet else logging.INFO)
    log.propagate = False
