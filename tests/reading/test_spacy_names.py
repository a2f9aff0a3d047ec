"""spaCy suggests: spans point into our text, groups of people are no organisations, a missing pipeline is said."""

from __future__ import annotations

import pytest

pytest.importorskip("spacy", reason="needs the extra text")

from salience.errors import InputError
from salience.reading import read
from salience.reading.spacy_names import installed_pipelines, load_pipeline, suggest_many, suggest_names

if not any(name.startswith("en_core_web") for name in installed_pipelines()):
    pytest.skip("needs an English pipeline of spaCy's", allow_module_level=True)

TEXT = "Kofi Annan met the World Health Organization's staff in Geneva.\n\nHazara leaders came too."


def test_spans_point_into_our_text_without_article_and_possessive():
    found = suggest_names(TEXT)
    assert all(TEXT[m.start : m.end] == m.text for m in found)
    assert not any(m.text.lower().startswith("the ") or m.text.endswith(("'s", "’s")) for m in found)
    assert {"Kofi Annan", "Geneva"} <= {m.text for m in found}


def test_groups_of_people_are_no_organisations():
    assert all(m.kind != "organisation" for m in suggest_names(TEXT) if m.text == "Hazara")


def test_many_texts_give_what_each_gives_alone():
    texts = [TEXT, "Nothing here.", ""]
    assert list(suggest_many(texts)) == [suggest_names(text) for text in texts]


def test_suggestions_never_replace_a_known_name():
    plain = read(TEXT, {"Geneva": "Geneva (city)"}, suggestions=suggest_names(TEXT), language="en")
    (place,) = [m for m in plain.mentions if m.text == "Geneva"]
    assert (place.how, place.value) == ("alias", "Geneva (city)")


def test_a_pipeline_that_is_not_there_is_named_with_what_is():
    with pytest.raises(InputError, match=r"no xx_none.*there is: .*en_core_web"):
        load_pipeline("xx_none")
