"""What the rules read, sentence by sentence; sentences are made up, and none is from the texts that are measured."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salience.errors import InputError
from salience.reading import Reading, Statement, read

NAMES = {"Red Shore Army": "Red Shore Army", "Lake Council": "Lake Council", "UN": "United Nations"}


def reading(text: str, date: str | None = "2024-03-05") -> Reading:
    return read(text, NAMES, date, "en")


def of_kind(text: str, kind: str) -> list[Statement]:
    return [s for s in reading(text).statements if s.kind == kind]


def only(text: str, kind: str) -> Statement:
    (found,) = of_kind(text, kind)
    return found


@pytest.mark.parametrize(
    ("text", "label", "about", "speaker"),
    [
        ("The terrorist Red Shore Army withdrew.", "terrorist", "Red Shore Army", None),
        ("The Lake Council called the Red Shore Army bandits.", "bandits", "Red Shore Army", "Lake Council"),
        ('The Red Shore Army, which the Lake Council describes as "criminals", denied it.', "criminals",
         "Red Shore Army", "Lake Council"),
        ("The so-called Lake Council met again.", "so-called", "Lake Council", None),
        ("The Lake Council, the self-declared interim government, met.", "self-declared interim government",
         "Lake Council", None),
        ("Men of an extremist cell were held in the north.", "extremist cell", None, None),
        ("The de facto authorities closed it.", "de facto authorities", None, None),
    ],
)  # fmt: skip
def test_labels_belong_to_who_uses_them(
    text: str, label: str, about: str | None, speaker: str | None
) -> None:
    found = of_kind(text, "label")
    assert (label, about, speaker) in [(s.text, s.about, s.speaker) for s in found]


def test_a_label_is_never_a_part_of_the_actors_name_nor_an_actor() -> None:
    found = reading("The terror regime of the Lake Council fired. The terror regime denied it.")
    assert [m.value for m in found.mentions if m.kind == "organisation"] == ["Lake Council"]
    assert not [m for m in found.mentions if "regime" in m.text]
    first, second = [s for s in found.statements if s.kind == "label"]
    assert (first.about, first.how) == ("Lake Council", "pattern")
    assert (second.about, second.how) == ("Lake Council", "inferred")


def test_who_is_addressed_or_speaks_is_not_taken_for_the_one_labelled() -> None:
    text = "Residents urged the UN to act. They said the usurpers had to go."
    assert [s.about for s in of_kind(text, "label")] == [None]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("At least 23 active armed groups fight there.", 23, None, "active armed groups"),
        ("They hold between 150 and 200 prisoners.", 150, 200, "prisoners"),
        ("Some 1,200 people fled.", 1200, 1200, "people"),
        ("Dozens of houses burnt.", 24, None, "houses"),
        ("Tens of thousands of families moved.", 20000, None, "families"),
        ("Twenty-three soldiers died.", 23, 23, "soldiers"),
        ("Fewer than 50 children came.", None, 50, "children"),
        ("About 40 percent of them left.", 40, 40, "percent"),
        ("It has 2.5 million inhabitants.", 2.5e6, 2.5e6, "inhabitants"),
        ("They paid $300.", 300, 300, "dollars"),
        ("20+ wounded lay there.", 20, None, "wounded"),
        ("It lasted half a century.", 0.5, 0.5, "century"),
        ("Half a million people left.", 0.5e6, 0.5e6, "people"),
        ("Some 400 Rohingya arrived.", 400, 400, "rohingya"),
        ("Up to 15 gunmen came.", None, 15, "gunmen"),
    ],
)
def test_figures_have_bounds_and_what_they_count(
    text: str, low: float | None, high: float | None, unit: str
) -> None:
    found = only(text, "figure")
    assert (found.detail["low"], found.detail["high"], found.about) == (low, high, unit)


@pytest.mark.parametrize(
    "text",
    ["It began on 5 March 2024.", "Call 555:12.", "The 4th Brigade left.", "One of them said so.",
     "Several groups came.", "The Three Rivers Alliance met."],
)  # fmt: skip
def test_what_is_no_figure_is_left_alone(text: str) -> None:
    assert of_kind(text, "figure") == []


def test_a_bare_number_counts_what_was_counted_before() -> None:
    text = "The ministry spoke of 50 children, while doctors put the figure at 112."
    assert [(s.detail["low"], s.about) for s in of_kind(text, "figure")] == [
        (50, "children"),
        (112, "children"),
    ]


@pytest.mark.parametrize(
    ("text", "cue", "speaker"),
    [
        ("The Lake Council said that nobody was hurt.", "said", "Lake Council"),
        ("Nobody was hurt, said the Lake Council.", "said", "Lake Council"),
        ("Nobody was hurt, according to local elders.", "according to", "local elders"),
        ("Anna Berg, who speaks for the Lake Council, said little.", "said", "Anna Berg"),
        ("Its envoy, Anna Berg, dismissed the allegations.", "dismissed", "Anna Berg"),
        ("The Lake Council rejected claims of torture.", "rejected", "Lake Council"),
        ('Lake Council: "We were not there."', ":", "Lake Council"),
        ("The Lake Council neither confirmed nor denied it.", "confirmed nor denied", "Lake Council"),
        ("Doctors put the toll at 40.", "put the toll at", "Doctors"),
    ],
)
def test_attributions_have_a_cue_and_a_speaker(text: str, cue: str, speaker: str) -> None:
    assert (cue, speaker) in [(s.text, s.speaker) for s in of_kind(text, "attribution")]


@pytest.mark.parametrize(
    "text",
    ["The latest report was long.", "The Lake Council called on him to leave.", "The self-declared ruler left.",
     "It found 340 sacks.", "The Lake Council insists that he leave."],
)  # fmt: skip
def test_nouns_demands_and_finds_are_no_attributions(text: str) -> None:
    assert of_kind(text, "attribution") == []


def test_quotes_are_found_within_quotes_each_with_its_speaker() -> None:
    text = "\"The Red Shore Army said 'go by noon', and so we left,\" a driver told this paper."
    found = {s.text: s.speaker for s in of_kind(text, "quote")}
    assert found == {
        "The Red Shore Army said 'go by noon', and so we left": "driver",
        "go by noon": "Red Shore Army",
    }


def test_names_in_quotation_marks_are_no_quotes() -> None:
    assert of_kind('The leader, alias "Grillo", spoke of the "Supreme Council of the Lake".', "quote") == []


@pytest.mark.parametrize(
    ("text", "cue", "wanted", "polarity", "speaker"),
    [
        ("The UN called for a ceasefire.", "called for", "a ceasefire", "for", "United Nations"),
        ("The Lake Council insists that aid be let in.", "insists that", "aid be let in", "for", "Lake Council"),
        ("Local elders proposed a joint patrol.", "proposed", "a joint patrol", "for", "Local elders"),
        ("The Lake Council rejects any talks.", "rejects", "any talks", "against", "Lake Council"),
        ("The Lake Council does not accept the border.", "not accept", "the border", "against", "Lake Council"),
        ("The UN urged traders not to sell arms.", "urged", "traders not to sell arms", "against", "United Nations"),
        ("Elections should be held.", "should", "be held", "for", None),
        ("Please send water.", "send", "water", "for", None),
    ],
)  # fmt: skip
def test_demands_have_object_side_and_speaker(
    text: str, cue: str, wanted: str, polarity: str, speaker: str | None
) -> None:
    found = only(text, "demand")
    assert (found.detail["cue"], found.about, found.detail["polarity"], found.speaker) == (
        cue,
        wanted,
        polarity,
        speaker,
    )


def test_a_chain_of_demands_shares_its_subject() -> None:
    text = "The UN demands safe passage, supports the proposal of the elders, and opposes any curfew."
    found = of_kind(text, "demand")
    assert [(s.detail["cue"], s.speaker) for s in found] == [
        ("demands", "United Nations"), ("supports", "United Nations"), ("opposes", "United Nations"),
    ]  # fmt: skip
    assert found[0].about == "safe passage"


@pytest.mark.parametrize(
    "text",
    ["The UN does not call for troops.", "They did not oppose it.", "We were asked to leave.", "Demand rose by half.",
     "The Lake Council rejected allegations of fraud."],
)  # fmt: skip
def test_what_nobody_wants_is_no_demand(text: str) -> None:
    assert of_kind(text, "demand") == []


def test_a_claim_has_holder_and_hedge() -> None:
    found = of_kind(
        "The UN said that low casualties may be the reason. I contend that it is because of fear.", "claim"
    )
    assert [(s.speaker, s.detail.get("hedge")) for s in found] == [
        ("United Nations", "may"),
        (None, "i contend"),
    ]


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("Many ex-security forces fled.", "ex-security forces"),
        ("Women's movements marched.", "Women's movements"),
        ("Unidentified gunmen fired.", "Unidentified gunmen"),
        ("The education ministry closed it.", "education ministry"),
        ("A driver said it was night.", "driver"),
        ("The governor of Herat left.", "governor of Herat"),
        ("Residents of Kelmond fled.", "Residents of Kelmond"),
        ("The UN mission said so.", "UN mission"),
        ("Witnesses said so.", "Witnesses"),
        ("The Red Shore Army’s commanders met.", "Red Shore Army’s commanders"),
        ("Two men in army uniform came.", "men in army uniform"),
    ],
)
def test_actors_without_a_name_are_found_by_their_role(text: str, actor: str) -> None:
    assert actor in [m.text for m in reading(text).mentions if m.kind == "unnamed"]


def test_a_name_within_a_description_is_kept_too() -> None:
    found = {(m.text, m.kind) for m in reading("The people of Kabul waited.").mentions}
    assert found == {("people of Kabul", "unnamed"), ("Kabul", "place")}


@pytest.mark.parametrize(
    "text",
    ["Seven soldiers were freed.", "Media coverage was thin.", "Its envoy left.", "He told reporters that it rained.",
     "Anna Berg, a lawyer, wept.", "They formed a commission."],
)  # fmt: skip
def test_counts_parts_of_words_and_people_named_beside_are_no_actors(text: str) -> None:
    assert [m.text for m in reading(text).mentions if m.kind == "unnamed"] == []


def test_groups_of_people_are_populations_and_adjectives_are_neither() -> None:
    text = "Hazara women and Tajiks fled. Three Afghan cities fell. The rights of minorities were breached."
    found = [(m.text, m.kind) for m in reading(text).mentions if m.kind in ("population", "organisation")]
    assert found == [("Hazara women", "population"), ("Tajiks", "population"), ("minorities", "population")]


def test_places_that_share_their_name_are_called_ambiguous() -> None:
    found = {m.text: m.notes for m in reading("It happened in Georgia, not in Afghanistan.").mentions}
    assert found == {"Georgia": ("ambiguous",), "Afghanistan": ()}


def test_a_case_can_have_roles_of_its_own(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "roles.toml"
    file.write_text(
        'heads = "beekeepers"\nphrases = ""\nmodifiers = "angry"\npopulations = ""\nvague = ""\n',
        encoding="utf-8",
    )
    found = read("Angry beekeepers marched; gunmen watched.", roles=file).mentions
    assert [m.text for m in found] == ["Angry beekeepers"]
    file.write_text('heads = "beekeepers"\n', encoding="utf-8")
    from salience.reading.lexicon import load_roles

    load_roles.cache_clear()
    with pytest.raises(InputError, match=r"phrases.*expected"):
        read("Angry beekeepers marched.", roles=file)


WORDS = st.sampled_from(
    ["The", "Lake Council", "said", '"', "'", "calls for", "23", "people", ",", ".", "so-called", "which",
     "طالبان", "گفت", "«", "»", "not", "\n\n", "between", "and", "of", "Kabul", "should", "half a", "(", ")",
     ":", "\u200c", "🙃", "e\u0301"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_every_span_points_at_its_own_words(text: str) -> None:
    found = read(text, NAMES, "2024-03-05")
    for thing in (*found.mentions, *found.statements, *found.events, *found.references):
        assert 0 <= thing.start < thing.end <= len(text)
        assert text[thing.start : thing.end] == thing.text
