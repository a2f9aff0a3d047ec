"""When two spellings of a source's name are the same name."""

from __future__ import annotations

import re
import unicodedata

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
# A bare name with a dot is an address only when it ends like one: "syria.liveuamap" is a name, "airwars.org" a site.
_HOST = re.compile(
    r"^(?:[\w-]+\.)+(?:com|org|net|info|int|gov|edu|mil|news|media|press|online|[a-z]{2})(?::\d+)?(?:[/?#].*)?$",
    re.IGNORECASE,
)
_SECOND_LEVEL = {"co", "com", "org", "net", "gov", "gob", "ac", "edu", "govt"}


def normalise_name(name: str) -> str:
    """Reduce a source's name to what tells it from others: no case, spaces, punctuation, URL parts.

    Accents are kept, for in many languages they tell names apart; compatibility forms are folded (NFKC).

    Parameters
    ----------
    name : str
        A name as a dataset spells it: "Air Wars", "http://syria.liveuamap.com/".

    Returns
    -------
    str
        "airwars", "syrialiveuamap"; the stripped name itself if nothing else is left of it.
    """
    text = unicodedata.normalize("NFKC", name).strip()
    bare = _SCHEME.sub("", text)
    if bare != text or _HOST.match(bare):
        text = _site_name(bare)
    letters = "".join(c for c in text.casefold() if unicodedata.category(c)[0] in "LNM")
    return letters or name.strip()


def _site_name(address: str) -> str:
    """Keep of a web address its host without `www.` and without the public suffix."""
    host = re.split(r"[/?#:]", address, maxsplit=1)[0]
    parts = host.split(".")
    if len(parts) > 1 and parts[0].casefold() == "www":
        parts = parts[1:]
    if len(parts) > 1:
        parts = parts[:-1]
    if len(parts) > 1 and parts[-1].casefold() in _SECOND_LEVEL:
        parts = parts[:-1]
    return ".".join(parts)
