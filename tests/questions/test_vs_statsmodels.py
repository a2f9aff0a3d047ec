"""Attention on real events against statsmodels on the single rows, with the covariates made anew by pandas."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from salience.case_file import read_case_file, read_sources
from salience.questions.answer import Answer
from salience.questions.attention.ask import ask_attention
from salience.questions.attention.params import AttentionParams
from salience.record.store import Record
from salience.sources.load import import_file

HOME = "Myanmar (Burma)"
PRECISION = {"exact": "known", "near": "known", "admin1": "area", "admin2": "area"}
ROWS = f"""
    WITH told AS (
        SELECT l.event, bool_or(s.kind = 'ngo' OR (s.kind = 'outlet' AND s.country = '{HOME}')) AS listed,
               bool_or(s.kind = 'agency' OR (s.kind = 'outlet' AND s.country <> '{HOME}')) AS carried
        FROM account a JOIN link l ON l.account = a.id JOIN source s ON s.id = a.source
        WHERE s.kind IS DISTINCT FROM 'dataset' GROUP BY 1)
    SELECT e.*, coalesce(t.listed, false) AS listed, coalesce(t.carried, false) AS carried
    FROM event e JOIN told t ON t.event = e.id
    WHERE sources_listed AND date_from BETWEEN DATE '2014-01-01' AND DATE '2023-12-31'"""


@pytest.fixture(scope="module")
def myanmar(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Answer, pd.DataFrame]:
    case = Path(__file__).parents[2] / "cases" / "myanmar"
    folder = tmp_path_factory.mktemp("myanmar")
    with Record(folder / "record.duckdb") as record:
        path = shared_data / "ucdp" / "ged_myanmar_1989_2023.csv.gz"
        import_file(record, path, folder / "raw", rules=read_sources(case))
        answer = ask_attention(record, AttentionParams(left_out=0), read_case_file(case).setting)
        return answer, pd.DataFrame(record.rows(ROWS))


def covariates(events: pd.DataFrame) -> pd.DataFrame:
    """Make the model's terms by other means: dummies by pandas, distance by trigonometry on the sphere."""
    common = events.dyad.value_counts().index[:6]
    factors = pd.DataFrame(
        {
            "actor": events.dyad.where(events.dyad.isin(common), "others"),
            # Fewer than ten events of a kind join the commonest one.
            "kind": events.kind_native.replace("non-state conflict", "state-based conflict"),
            "precision": events.place_precision.map({"exact": 1, "near": 1, "admin1": 2, "admin2": 2})
            .fillna(3)
            .astype(str),
            "year": pd.to_datetime(events.date_from).dt.year.astype(str),
        }
    )
    terms = pd.get_dummies(factors, drop_first=True, dtype=float)
    north, east = np.radians(events.latitude), np.radians(events.longitude - 96.1)
    there = np.radians(19.75)
    cosine = np.sin(north) * np.sin(there) + np.cos(north) * np.cos(there) * np.cos(east)
    terms["capital"] = (6371.0 * np.arccos(np.clip(cosine, -1, 1)) <= 40).astype(float)
    terms.insert(0, "slope", np.log1p(events.deaths_best))
    terms.insert(0, "constant", 1.0)
    return terms


@pytest.mark.parametrize("view", ["carried", "sources"])
def test_slope_and_margins_equal_those_of_the_rows(myanmar: tuple[Answer, pd.DataFrame], view: str) -> None:
    answer, events = myanmar
    rows: Any = events[events.listed] if view == "carried" else events
    design = covariates(rows)
    if view == "carried":
        fit = sm.Logit(rows.carried.astype(float), design).fit(disp=0, method="newton", tol=1e-12)
    else:
        fit = sm.GLM(rows.sources - 1.0, design, family=sm.families.Poisson()).fit(tol=1e-12)
    assert answer.estimate(f"slope_{view}").value == pytest.approx(fit.params["slope"], abs=1e-6)
    for deaths in (0, 1, 5, 10, 25, 50):
        mean = fit.predict(design.assign(slope=np.log1p(deaths))).mean() + (view == "sources")
        assert answer.estimate(f"{view}_at_{deaths}").value == pytest.approx(mean, abs=1e-6)


def test_the_raw_gap_is_the_ratio_of_plain_means(myanmar: tuple[Answer, pd.DataFrame]) -> None:
    answer, events = myanmar
    means = (events.sources - 1).groupby(events.dyad).mean()
    first, second = events.dyad.value_counts().index[:2]
    assert answer.estimate("gap_actors_sources_raw").value == pytest.approx(
        means[first] / means[second], rel=1e-9
    )
