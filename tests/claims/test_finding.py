"""A misspelt quantity is an error; one that the record holds nothing of is not."""

from __future__ import annotations

import pytest

from salience.claims.finding import nearest_slip

NAMES = ["outside:Peace talks", "outside:North", "level_change", "sources_at_10", "share_ratio_hazara"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("outside:Peace talk", "outside:Peace talks"),
        ("outside:peace talks", "outside:Peace talks"),
        ("outsied:Peace talks", "outside:Peace talks"),
        ("outside:Nort", "outside:North"),
        ("levl_change", "level_change"),
        ("share_ratio_hazra", "share_ratio_hazara"),
    ],
)
def test_a_slip_of_the_pen_is_seen(written: str, meant: str) -> None:
    assert nearest_slip(written, NAMES) == meant


@pytest.mark.parametrize(
    "written",
    [
        "outside:South",
        "sources_at_50",
        "level_change_2",
        "share_ratio_tajik",
        "outside:Peace",
        "slope_change",
    ],
)
def test_another_name_is_no_slip(written: str) -> None:
    assert nearest_slip(written, NAMES) == ""
    assert nearest_slip(written, []) == ""
