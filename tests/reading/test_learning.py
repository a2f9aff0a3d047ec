"""Learning from review: it learns, says how well, abstains, re-scores only what is open, and refuses too little."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="needs the extra train")

from typer.testing import CliRunner

from salience.case import new_case, open_case
from salience.cli import app
from salience.errors import InputError
from salience.reading.learning import NONE, RoleReader, SentenceCoder
from salience.reading.learning.mentions import MentionJudge
from salience.reading.learning.review import learn_from_review
from salience.reading.spans import Mention

ATTACKS = [
    f"gunmen attacked the {place} at night" for place in ("mill", "bridge", "depot", "tower", "well", "farm")
]
TALKS = [
    f"envoys met in the {place} for talks"
    for place in ("palace", "hotel", "hall", "school", "embassy", "camp")
]


def test_a_coder_learns_two_kinds_and_says_how_well():
    coder = SentenceCoder().fit(ATTACKS + TALKS, ["attack"] * 6 + ["talks"] * 6)
    assert coder.suggest(["gunmen attacked the harbour at night"])[0][0] == "attack"
    # The two kinds share only the article, so those left out are all found.
    assert coder.measured["attack"].recall == 1.0
    assert coder.measured["talks"].precision == 1.0


def test_a_coder_abstains_on_what_it_never_saw():
    coder = SentenceCoder(unsure=0.8).fit(ATTACKS + TALKS, ["attack"] * 6 + ["talks"] * 6)
    assert coder.suggest(["xylophone"]) == [(None, pytest.approx(0.5, abs=0.2))]


def test_labels_drawn_at_random_are_measured_as_chance():
    # 40 equal sentences: nothing can be learnt, so the measured F1 of two balanced kinds cannot be near one.
    coder = SentenceCoder().fit(["the same words"] * 40, ["a", "b"] * 20)
    assert min(m.f1 for m in coder.measured.values()) <= 0.67


def test_too_few_rows_are_refused():
    with pytest.raises(InputError, match="10 reviewed rows"):
        SentenceCoder().fit(["one", "two"], ["a", "b"])
    with pytest.raises(InputError, match="10 reviewed texts"):
        RoleReader().fit(["one"], [{}])
    with pytest.raises(InputError, match="10 reviewed names"):
        MentionJudge().fit(["one"], [[]], [[]])


def role_texts() -> tuple[list[str], list[dict[str, list[list[str]]]]]:
    groups, places = (
        ("red column", "free band", "dawn front", "river league"),
        ("bridge", "mill", "depot", "station"),
    )
    texts, fillers = [], []
    for k in range(24):
        group, place = groups[k % 4], places[(k // 4) % 4]
        if k % 3:
            texts.append(
                f"members of the {group} blew up the {place} in the north . nobody was hurt , police said ."
            )
            fillers.append({"perpetrator": [[group]], "target": [[place]]})
        else:
            texts.append(
                f"the minister praised the harvest near the {place} and spoke of the {group} at length ."
            )
            fillers.append({"perpetrator": [], "target": []})
    return texts, fillers


def test_roles_are_learnt_from_reviewed_texts():
    texts, fillers = role_texts()
    reader = RoleReader(folds=3).fit(texts, fillers)
    found = reader.read("members of the dawn front blew up the mill in the south .")
    assert {(f.role, f.names[0]) for f in found} >= {("perpetrator", "dawn front"), ("target", "mill")}
    assert set(reader.measured) == {"perpetrator", "target"}
    assert all(0 <= m.precision <= 1 and 0 <= m.recall <= 1 for m in reader.measured.values())


def test_a_judge_learns_the_reviewers_convention():
    texts = [f"Yesterday the {name} Council met in {name} again." for name in
             ("Arda", "Bel", "Cor", "Dun", "Elm", "Fen", "Gar", "Hol")]  # fmt: skip
    suggestions, reviewed = [], []
    for text in texts:
        start = text.index("the ") + 4
        end = text.index(" met")
        suggestions.append([Mention(start, end, text[start:end], "organisation", text[start:end], "shape")])
        # These reviewers take the article in.
        reviewed.append(
            [(start - 4, end, "organisation"), (text.index("in ") + 3, text.index(" again"), "place")]
        )
    judge = MentionJudge().fit(texts, suggestions, reviewed)
    text = "Yesterday the Ister Council met in Ister again."
    start = text.index("Ister Council")
    found = judge.judge(
        text, [Mention(start, start + 13, "Ister Council", "organisation", "Ister Council", "shape")]
    )
    assert ("the Ister Council", "organisation") in {(m.text, m.kind) for m in found}
    assert judge.measured is not None
    assert judge.measured.f1 > 0.5


def reviewed_case(folder: Path, reviewed: int) -> Path:
    """Write a case with forty texts whose mentions are right where they stand before "attacked"."""
    case = new_case(folder)
    with open_case(case) as opened, opened.record.transaction() as connection:
        for k in range(40):
            word = "attacked" if k % 2 else "ripened"
            content = f"In week {k} Group{k % 5} {word} beside the road."
            start = content.index("Group")
            quote = f"Group{k % 5}"
            connection.execute("INSERT INTO text (sha256, content) VALUES (?, ?)", [f"{k:064d}", content])
            connection.execute(
                'INSERT INTO mention (id, text, start, "end", quote, kind, value, how, confidence) '
                "VALUES (?, ?, ?, ?, ?, 'organisation', ?, 'shape', 0.4)",
                [k, f"{k:064d}", start, start + len(quote), quote, quote],
            )
            if k < reviewed:
                state = "accepted" if k % 2 else "rejected"
                connection.execute(
                    "INSERT INTO decision (number, target, layer, state, change) VALUES (?, ?, 'mention', ?, '{}')",
                    [k + 1, k, state],
                )
    return case


def test_review_rescores_what_is_open_and_nothing_else(tmp_path: Path):
    case = reviewed_case(tmp_path / "case", 34)
    with open_case(case) as opened:
        before = opened.record.fingerprint()
        (learnt,) = learn_from_review(opened.record)
        graded = opened.record.fingerprint()
        rows = opened.record.rows("SELECT id, confidence FROM mention ORDER BY id")
    assert (learnt.layer, learnt.reviewed, learnt.rejected) == ("mention", 34, 17)
    # The words decide fully, and the folds leave whole texts out.
    assert learnt.measured["organisation"].f1 > 0.9
    assert learnt.measured[NONE].f1 > 0.9
    assert all(row["confidence"] == 0.4 for row in rows[:34])
    right, wrong = [row["confidence"] for row in rows[35::2]], [row["confidence"] for row in rows[34::2]]
    assert min(right) > 0.5 > max(wrong)
    # A kept answer is of a fingerprint: with other confidences it would be stale.
    assert graded != before
    with open_case(case) as opened:
        learn_from_review(opened.record)
        assert opened.record.fingerprint() == graded


def test_the_verb_shows_the_measured_quality_and_dry_changes_nothing(tmp_path: Path):
    case = reviewed_case(tmp_path / "case", 34)
    done = CliRunner().invoke(app, ["learn", str(case), "--dry"])
    assert done.exit_code == 0, done.output
    assert "precision" in done.output
    assert "34 reviewed rows" in done.output
    with open_case(case, read_only=True) as opened:
        assert {row["confidence"] for row in opened.record.rows("SELECT confidence FROM mention")} == {0.4}
    told = json.loads(CliRunner().invoke(app, ["learn", str(case), "--json"]).output)
    assert told[0]["rescored"] == 6


def test_a_decision_taken_back_is_not_learnt_from(tmp_path: Path):
    case = reviewed_case(tmp_path / "case", 34)
    with open_case(case) as opened:
        with opened.record.transaction() as connection:
            connection.execute(
                "INSERT INTO decision (number, target, layer, state, change) "
                "VALUES (99, 0, 'mention', 'suggested', '{}')"
            )
        (learnt,) = learn_from_review(opened.record, keep=False)
    assert learnt.reviewed == 33


def test_too_little_review_is_refused_in_plain_words(tmp_path: Path):
    case = reviewed_case(tmp_path / "case", 8)
    done = CliRunner().invoke(app, ["learn", str(case)])
    assert done.exit_code == 1
    assert "learning needs 30 reviewed mentions or statements" in done.output
    assert "8 mentions" in done.output
