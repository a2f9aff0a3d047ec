"""Events: their type, who acts and who is acted on, and what is no event."""

from __future__ import annotations

import pytest

from salience.reading.events import find_events, find_trigger, gravest_listed
from salience.reading.names import Alias, Matcher
from salience.reading.reader import find_mentions
from salience.reading.sentences import split_sentences

KNOWN = Matcher([Alias("Ardania", "Ardania", "place"), Alias("Belovia", "Belovia", "place"),
                 Alias("Northern Front", "Northern Front")])  # fmt: skip


def events_in(text: str):
    sentences = split_sentences(text)
    return find_events(text, sentences, find_mentions(text, sentences, KNOWN))


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("The Northern Front threatened to attack Ardania.", "THREATEN"),
        ("Ardania refused to meet the Northern Front.", "REJECT"),
        ("Ardania accused the Northern Front of looting.", "ACCUSE"),
        ("The Northern Front kidnapped two doctors in Ardania.", "ASSAULT"),
        ("Ardania will withdraw from Belovia.", "AGREE"),
        ("Ardania will impose a curfew on the Northern Front.", "THREATEN"),
        ("Ardania called on Belovia to open the road.", "DEMAND"),
    ],
)
def test_the_first_words_outside_names_give_the_type(sentence: str, kind: str):
    assert [event.kind for event in events_in(sentence)] == [kind]


def test_who_acts_stands_before_and_who_is_acted_on_after():
    (event,) = events_in("The Northern Front attacked Ardania.")
    assert (event.actor, event.target) == ("Northern Front", "Ardania")


def test_the_passive_exchanges_them():
    (event,) = events_in("Ardania was attacked by the Northern Front.")
    assert (event.actor, event.target) == ("Northern Front", "Ardania")


def test_who_says_that_another_must_demands():
    (event,) = events_in("Belovia said that Ardania must return the prisoners.")
    assert (event.kind, event.actor, event.target) == ("DEMAND", "Belovia", "Ardania")


def test_joined_actors_are_one_piece_of_the_text():
    (event,) = events_in("Ardania and Belovia signed a pact.")
    assert event.actor == "Ardania and Belovia"


def test_what_did_not_happen_is_no_event():
    assert events_in("The Northern Front has never attacked Ardania.") == []


def test_words_within_a_name_are_no_event():
    text = "The Attack Watch sat in Ardania."
    (sentence,) = split_sentences(text)
    watch = find_mentions(text, [sentence], Matcher([Alias("Attack Watch", "Attack Watch")]))
    assert find_trigger(sentence) == ("FIGHT", 1, 2)
    assert find_trigger(sentence, watch) is None
    assert find_events(text, [sentence], watch) == []


def test_events_never_join_sentences():
    first, second = "The Northern Front attacked.", "Ardania slept."
    found = events_in(f"{first} {second}")
    assert all("Ardania" not in (event.target or "") for event in found)
    assert all(event.end <= len(first) for event in found)


def test_the_list_alone_gives_the_gravest():
    sentence = split_sentences("Ardania met envoys after a bomb wounded two.")[0]
    assert gravest_listed(sentence) == "ASSAULT"
