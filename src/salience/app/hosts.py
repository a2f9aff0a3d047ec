"""Which names a server answers to: another site's name that is made to point here is not one of them."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")
EVERY_ADDRESS = "*"


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a server bound to this host."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)


def allowed_names(host: str) -> frozenset[str]:
    """Return what the Host header may say; '*' stands for any address in digits, which no name server can forge."""
    if is_loopback(host):
        return frozenset((*LOOPBACK_NAMES, host))
    if host in ("0.0.0.0", "::"):
        own = socket.gethostname().lower()
        return frozenset((*LOOPBACK_NAMES, own, own.partition(".")[0], EVERY_ADDRESS))
    return frozenset((*LOOPBACK_NAMES, host.lower()))


def is_allowed(header: str, names: frozenset[str]) -> bool:
    """Return whether a Host header, with a port or without, is one of these names."""
    try:
        name = urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return False
    return name in names or (EVERY_ADDRESS in names and is_address(name))


def is_address(name: str) -> bool:
    """Return whether this is an address in digits."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
