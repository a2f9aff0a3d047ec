"""Places in a text counted in code points, as here, and in UTF-16 code units, as in JavaScript and Java."""

from __future__ import annotations

from bisect import bisect_left


class Utf16Offsets:
    """Places of one text, both ways.

    A code point above U+FFFF, such as an emoji, is one code point and two code units.

    Parameters
    ----------
    text : str
    """

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self._wide = [place for place, sign in enumerate(text) if ord(sign) > 0xFFFF]
        self._units = [place + before for before, place in enumerate(self._wide)]

    @property
    def differs(self) -> bool:
        """Whether the two ways to count ever disagree in this text."""
        return bool(self._wide)

    def units(self, point: int) -> int:
        """Return the code unit at which a code point begins."""
        return point + bisect_left(self._wide, point)

    def point(self, unit: int) -> int | None:
        """Return the code point that begins at a code unit; None outside the text and amid a pair."""
        before = bisect_left(self._units, unit)
        if before and self._units[before - 1] == unit - 1:
            return None
        point = unit - before
        return point if 0 <= point <= self.length else None
