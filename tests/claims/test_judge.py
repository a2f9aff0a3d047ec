"""Each verdict, each reason and each joint, on answers made for the purpose."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import norm

from salience.claims import ClaimsFile, Verdict, judge_claims
from salience.claims.verdict import verdicts_from_json, verdicts_to_json
from salience.errors import CaseError, InputError, QuestionError
from salience.questions.answer import EXACT, Answer, Assumption, Estimate, Evidence
from salience.record.store import Record

GAP = "gap_actors_carried_explained"


def answer(question: str, *estimates: Estimate, **more: Any) -> Answer:
    given = {"assumptions": (), "evidence": (), "warnings": ()} | more
    return Answer(
        question=question, headline="So it is.", estimates=estimates, tables=(), figures=(), method=(),
        params={}, seed=0, record="r", version="v", **given,
    )  # fmt: skip


def estimate(
    name: str, value: float | None, low: float | None, high: float | None, unit: str = "ratio"
) -> Estimate:
    return Estimate(name, name, value, low, high, unit, 100)


def claim(*parts: dict[str, Any], **more: Any) -> ClaimsFile:
    told = {"id": "c", "text": "It is so", "part": list(parts)} | more
    return ClaimsFile.model_validate({"claim": [told]})


@pytest.fixture
def record(tmp_path: Path) -> Record:
    made = Record(tmp_path / "record.duckdb")
    yield made  # type: ignore[misc]
    made.close()


def judge(claims: ClaimsFile, record: Record, *answers: Answer) -> Verdict:
    by_name = {each.question: each for each in answers}

    def ask(question: str, params: Mapping[str, Any]) -> Answer:
        return by_name[question]

    (verdict,) = judge_claims(claims, ask, record)
    return verdict


def ratio_above(threshold: float, **more: Any) -> dict[str, Any]:
    return {"question": "disparity", "quantity": "rate_ratio", "is": "above", "threshold": threshold} | more


@pytest.mark.parametrize(
    ("low", "value", "high", "verdict"),
    [(2.0, 3.0, 4.5, "supported"), (0.2, 0.3, 0.45, "contradicted"), (0.8, 1.5, 2.8, "undecided")],
)
def test_the_interval_decides(record: Record, low: float, value: float, high: float, verdict: str) -> None:
    found = judge(
        claim(ratio_above(1.0)), record, answer("disparity", estimate("rate_ratio", value, low, high))
    )
    assert found.verdict == verdict
    assert found.low == found.high == found.parts[0].chance
    assert (found.reason == "interval spans the threshold") == (verdict == "undecided")


def test_the_probability_is_that_of_the_log_normal(record: Record) -> None:
    spread = (norm.ppf(0.975)) ** -1
    found = judge(claim(ratio_above(1.0)), record, answer("disparity", estimate("rate_ratio", 2.0, 1.0, 4.0)))
    assert found.low == pytest.approx(norm.cdf(1 / spread), abs=1e-9)


def test_thresholds_of_the_case_are_used_and_shown(record: Record) -> None:
    lenient = claim(ratio_above(1.0)).model_copy(
        update={"thresholds": ClaimsFile.model_validate({"thresholds": {"supported": 0.8}}).thresholds}
    )
    about_85 = answer("disparity", estimate("rate_ratio", 1.5, 0.7, 3.2))
    assert judge(claim(ratio_above(1.0)), record, about_85).verdict == "undecided"
    assert judge(lenient, record, about_85).verdict == "supported"
    assert judge(lenient, record, about_85).thresholds.supported == 0.8


def test_what_would_decide_says_how_much_more(record: Record) -> None:
    """With nine times the rows and the same estimate the interval is a third as wide, on the logarithmic scale."""
    here = estimate("rate_ratio", 1.2, 1.2 * math.exp(-0.6), 1.2 * math.exp(0.6))
    found = judge(claim(ratio_above(1.0)), record, answer("disparity", here))
    times = float(re.findall(r"about ([\d.]+) times what there is now", found.parts[0].decide)[0])
    root = math.sqrt(times)
    narrow = estimate("rate_ratio", 1.2, 1.2 * math.exp(-0.6 / root), 1.2 * math.exp(0.6 / root))
    assert judge(claim(ratio_above(1.0)), record, answer("disparity", narrow)).low == pytest.approx(
        0.95, abs=0.003
    )
    even = judge(claim(ratio_above(1.2)), record, answer("disparity", here))
    assert "times what there is now" not in even.parts[0].decide


def test_within_and_outside_are_each_others_opposite(record: Record) -> None:
    here = answer("disparity", estimate("rate_ratio", 1.0, 0.8, 1.25))
    part = {"question": "disparity", "quantity": "rate_ratio", "low": 0.9, "high": 1.1}
    inside, outside = (judge(claim(part | {"is": each}), record, here) for each in ("within", "outside"))
    assert inside.low is not None and outside.low is not None
    assert inside.low + outside.low == pytest.approx(1.0)


def test_draws_are_used_where_there_are_any(record: Record) -> None:
    drawn = replace(estimate("rate_ratio", 1.0, 0.5, 2.0), draws=(2.0,) * 97 + (0.5,) * 3)
    assert judge(claim(ratio_above(1.0)), record, answer("disparity", drawn)).low == pytest.approx(0.97)


def test_a_question_that_refused_leaves_it_undecided(record: Record) -> None:
    found = judge(claim(ratio_above(1.0)), record, answer("disparity"))
    assert (found.verdict, found.reason) == ("undecided", "no data")
    assert "So it is." in found.parts[0].why
    assert "population.csv" in found.parts[0].decide


def test_a_question_that_cannot_be_asked_leaves_it_undecided(record: Record) -> None:
    def ask(question: str, params: Mapping[str, Any]) -> Answer:
        raise QuestionError("there are no persons in the record")

    (found,) = judge_claims(claim(ratio_above(1.0), decide="A list of the detained."), ask, record)
    assert (found.verdict, found.reason) == ("undecided", "no data")
    assert found.parts[0].decide == "A list of the detained."


def test_an_estimate_without_a_value_says_its_own_reason(record: Record) -> None:
    none = replace(estimate("rate_ratio", None, None, None), note="all of one place")
    found = judge(claim(ratio_above(1.0)), record, answer("disparity", none))
    assert (found.reason, found.parts[0].why) == ("no data", "All of one place.")


def test_an_estimate_without_an_interval_bears_no_verdict_unless_it_was_counted(record: Record) -> None:
    part = {"question": "narrative", "quantity": "passages", "is": "above", "threshold": 3}
    guess = estimate("passages", 12.0, None, None, "passages")
    assert judge(claim(part), record, answer("narrative", guess)).verdict == "undecided"
    assert judge(claim(part), record, answer("narrative", replace(guess, note=EXACT))).verdict == "supported"


def test_a_rival_method_on_the_other_side_leaves_it_undecided(record: Record) -> None:
    part = {"question": "disparity", "quantity": "share_ratio", "is": "above", "threshold": 1}
    ours, theirs = estimate("share_ratio", 3, 2, 4.5), estimate("share_ratio_whoever", 0.9, 0.5, 1.6)
    found = judge(claim(part), record, answer("disparity", ours, theirs))
    assert (found.verdict, found.reason) == ("undecided", "methods disagree")
    beside = judge(claim(part), record, answer("disparity", ours, replace(theirs, value=2.0, high=5.0)))
    assert beside.verdict == "supported"


def test_only_a_decisive_assumption_that_fails_counts(record: Record) -> None:
    part = {"question": "reconcile", "quantity": "contrast_deaths_x", "is": "above", "threshold": 1}
    one = estimate("contrast_deaths_x", 3, 2, 4.5)
    failing = Assumption("The sampler has converged.", "fails", "R-hat is 1.4.")
    found = judge(claim(part), record, answer("reconcile", one, assumptions=(failing,)))
    assert (found.verdict, found.reason) == ("undecided", "assumption fails")
    assert "R-hat is 1.4." in found.parts[0].why
    other = Assumption("Sources err alike.", "fails", "no")
    assert judge(claim(part), record, answer("reconcile", one, assumptions=(other,))).verdict == "supported"


@pytest.mark.parametrize(
    ("warning", "reason"),
    [
        (
            "The record does not decide this: the methods differ by a factor of 9 in what is unrecorded.",
            "methods disagree",
        ),
        (
            "The record does not decide this: leaving one list out moves the total by a factor of 5.",
            "assumption fails",
        ),
    ],
)
def test_an_answer_that_does_not_decide_bears_no_verdict(record: Record, warning: str, reason: str) -> None:
    part = {"question": "hidden", "quantity": "total", "is": "above", "threshold": 100}
    sure = replace(estimate("total", 900, 700, 1200, "events"), view="recommended")
    unsure = replace(sure, view="at face value: the record does not decide this")
    assert judge(claim(part), record, answer("hidden", sure, warnings=(warning,))).verdict == "supported"
    found = judge(claim(part), record, answer("hidden", unsure, warnings=(warning,)))
    assert (found.verdict, found.reason) == ("undecided", reason)
    assert found.parts[0].why == warning


def test_rivals_that_agree_stand_beside_the_estimate(record: Record) -> None:
    part = {"question": "disparity", "quantity": "share_ratio", "is": "above", "threshold": 1}
    rival = replace(estimate("share_ratio_whoever", 2.5, 1.5, 6), label="whoever the unnamed are")
    found = judge(claim(part), record, answer("disparity", estimate("share_ratio", 3, 2, 4.5), rival))
    assert found.verdict == "supported"
    assert found.parts[0].beside == "Whoever the unnamed are: 2.50 (95 % interval 1.50 to 6.00)."


def test_a_lower_bound_leaves_an_upper_claim_open(record: Record) -> None:
    part = {"question": "hidden", "quantity": "actors_in_all", "is": "below", "threshold": 23}
    few = answer("hidden", estimate("actors_in_all", 12, 11, 15, "labels"))
    many = answer("hidden", estimate("actors_in_all", 40, 33, 60, "labels"))
    found = judge(claim(part), record, few)
    assert (found.verdict, found.reason) == ("undecided", "interval spans the threshold")
    assert "lower bound" in found.parts[0].why
    assert found.parts[0].chance is None
    assert judge(claim(part), record, many).verdict == "contradicted"
    assert judge(claim(part | {"is": "above"}), record, many).verdict == "supported"


def test_true_and_false_take_the_worse_end_of_a_probability(record: Record) -> None:
    part = {"question": "change", "quantity": "no_change", "is": "true"}
    sure = answer("change", estimate("no_change", 0.99, 0.96, 0.999, "chance"))
    unsure = answer("change", estimate("no_change", 0.97, 0.90, 0.99, "chance"))
    assert judge(claim(part), record, sure).verdict == "supported"
    assert judge(claim(part | {"is": "false"}), record, sure).verdict == "contradicted"
    assert judge(claim(part), record, unsure).verdict == "undecided"


def test_because_asks_for_a_mediated_share(record: Record) -> None:
    gap = {"question": "attention", "quantity": "gap_actors_carried_raw", "is": "below", "threshold": 0}
    share = {"question": "attention", "quantity": GAP, "is": "above", "threshold": 0.5, "joins": "because"}
    both = answer(
        "attention",
        estimate("gap_actors_carried_raw", -0.16, -0.28, -0.04, "difference in chance"),
        estimate(GAP, 0.8, 0.6, 1.0, "share"),
    )
    found = judge(claim(gap, share), record, both)
    assert found.verdict == "supported"
    assert found.low is not None and found.high is not None and found.low < found.high
    with pytest.raises(InputError, match="'because' needs a share of an effect"):
        judge(claim(gap | {"joins": "because"}), record, both)


def test_only_asks_for_the_complement_too(record: Record) -> None:
    only = ratio_above(
        1.0, joins="only", complement={"quantity": "share_ratio_x", "is": "below", "threshold": 1.0}
    )
    one, high, low = (
        estimate("rate_ratio", 3, 2, 4.5),
        estimate("share_ratio_x", 2, 1.5, 3),
        estimate("share_ratio_x", 0.4, 0.2, 0.7),
    )
    assert judge(claim(only), record, answer("disparity", one, low)).verdict == "supported"
    assert judge(claim(only), record, answer("disparity", one, high)).verdict == "contradicted"


def test_a_claim_is_contradicted_when_one_part_is_and_supported_when_all_are(record: Record) -> None:
    here = answer(
        "disparity", estimate("rate_ratio", 3, 2, 4.5), estimate("observed_over_expected", 1.0, 0.7, 1.5)
    )
    good, bad = ratio_above(1.0), ratio_above(9.0, joins="and")
    open_ = ratio_above(1.0, joins="and", quantity="observed_over_expected")
    assert judge(claim(good, good), record, here).verdict == "supported"
    assert judge(claim(good, bad), record, here).verdict == "contradicted"
    assert judge(claim(good, open_), record, here).verdict == "undecided"
    assert judge(claim(good, open_, bad), record, here).verdict == "contradicted"


def test_what_should_be_is_listed_and_its_premises_judged(record: Record) -> None:
    found = judge(
        claim(ratio_above(1.0), kind="normative"),
        record,
        answer("disparity", estimate("rate_ratio", 3, 2, 4.5)),
    )
    assert found.verdict == "not judged"
    assert found.parts[0].verdict == "supported"


def test_a_stub_is_not_finished_and_no_error(record: Record) -> None:
    found = judge(claim({"question": "disparity", "quantity": "rate_ratio"}), record)
    assert found.verdict == "not finished"
    assert found.unfinished == ("is",)
    assert judge(claim(), record).unfinished == ("part",)


def test_a_misspelt_quantity_is_an_error_with_the_near_one(record: Record) -> None:
    here = answer("landscape", estimate("outside:Peace talks", 1, 1, 1, "actors"))
    part = {"question": "landscape", "quantity": "outside:Peace talk", "is": "below", "threshold": 2}
    with pytest.raises(InputError, match="did you mean 'outside:Peace talks'"):
        judge(claim(part), record, here)
    with pytest.raises(InputError, match=r"no quantity 'nonsense'; it has consensus_chance"):
        judge(claim(part | {"quantity": "nonsense"}), record, here)


def test_a_quantity_that_the_record_has_nothing_of_is_no_error(record: Record) -> None:
    here = answer("landscape", estimate("outside:Peace talks", 1, 1, 1, "actors"))
    part = {"question": "landscape", "quantity": "outside:Grazing rights", "is": "below", "threshold": 2}
    assert judge(claim(part), record, here).reason == "no data"


def test_wrong_parameters_and_thresholds_name_the_claim(record: Record) -> None:
    def ask(question: str, params: Mapping[str, Any]) -> Answer:
        raise CaseError("question disparity: key level: wrong")

    with pytest.raises(InputError, match="claim 'c': question disparity: key level"):
        judge_claims(claim(ratio_above(1.0)), ask, record)
    share = {"question": "hidden", "quantity": "recorded_share", "is": "above", "threshold": 90}
    with pytest.raises(InputError, match="no share; expected 0 to 1"):
        judge(claim(share), record, answer("hidden", estimate("recorded_share", 0.7, 0.6, 0.8, "share")))


def _sources(record: Record, *stated: str) -> Evidence:
    with record.transaction() as connection:
        for line, source in enumerate(stated):
            connection.execute(
                "INSERT INTO position (id, origin, line, actor, issue, source) VALUES (?, 0, ?, 1, 1, ?)",
                [line + 1, line, source],
            )
    return Evidence("the positions on 'Peace'", "position", len(stated), tuple(range(1, len(stated) + 1)))


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        (("Essay, 10-20", "Essay, 300–340"), "undecided"),
        (("Essay, 10-20", "UN report, 2023"), "supported"),
        ((None, None), "undecided"),
    ],
)
def test_one_source_cannot_bear_itself_out(record: Record, stated: tuple[str, ...], verdict: str) -> None:
    here = answer(
        "landscape", estimate("outside:Peace", 1, 1, 1, "actors"), evidence=(_sources(record, *stated),)
    )
    part = {"question": "landscape", "quantity": "outside:Peace", "is": "below", "threshold": 2}
    found = judge(claim(part, who="A. Author", report="Essay.txt"), record, here)
    assert found.verdict == verdict
    if verdict == "undecided":
        assert found.reason == "data of one source"
        assert "over 99.9 %" in found.parts[0].why


def test_verdicts_come_back_from_json_to_the_byte(record: Record) -> None:
    found = judge(
        claim(ratio_above(1.0), span=[3, 9]),
        record,
        answer("disparity", estimate("rate_ratio", 1.5, 0.8, 2.8)),
    )
    text = verdicts_to_json((found,))
    assert verdicts_to_json(verdicts_from_json(text)) == text
