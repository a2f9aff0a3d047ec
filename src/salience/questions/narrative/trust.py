"""What the narrative answer rests on, and what to beware of."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from salience.questions.answer import Assumption, Status, format_number
from salience.questions.narrative.params import NarrativeParams
from salience.questions.narrative.say import count_things

if TYPE_CHECKING:
    from salience.questions.narrative.ask import Found

FEW_TEXTS, FEW_NAMINGS, ONE_TOPIC = 30, 50, 0.7


def judge(found: Found, params: NarrativeParams) -> tuple[Assumption, ...]:
    """Say what must hold for the answer to mean what it says."""
    accepted = params.rows == "accepted" and bool(found.namings)
    guessed = sum(n.how == "inferred" for n in found.namings)
    return (
        Assumption(
            "What was read as a name or label is one, and means whom it is said to mean.",
            "holds" if accepted else "cannot be checked",
            ("Only what people accepted is counted. " if accepted else "")
            + f"People decided {found.decisions:,} suggestions; of "
            f"{count_things(len(found.namings), 'naming')}, whom the label means was inferred for {guessed:,}. "
            "`salience review` shows and decides them.",
        ),
        Assumption(
            "The texts are those that the sources published, not a choice of some.",
            "cannot be checked",
            "Nothing in the record tells what was not collected.",
        ),
        _dated(found),
        _translated(found),
        _same_things(found),
    )


def _dated(found: Found) -> Assumption:
    inside = sum(t.day is None for t in found.texts)
    how = f"{inside:,} of {count_things(len(found.texts), 'text')} have none."
    if found.undated > inside:
        how += f" {found.undated - inside:,} more without a date are left out, for the case has a period."
    return Assumption("Every text has its date.", "fails" if found.undated else "holds", how)


def _translated(found: Found) -> Assumption:
    """Compare the language of each text with the one that its source publishes in, where the case says so."""
    text = "The texts are in the words of their sources, not of a translator."
    told = [t for t in found.texts if t.publishes_in and t.language and t.language != "und"]
    other = [t for t in told if str(t.publishes_in).lower()[:2] not in _codes(str(t.language))]
    if not told:
        return Assumption(
            text,
            "cannot be checked",
            "sources.csv does not say in which language the sources publish. A translated label is the "
            "translator’s choice.",
        )
    status: Status = "fails" if other else "holds" if len(told) == len(found.texts) else "cannot be checked"
    how = f"{len(other):,} of {count_things(len(told), 'text')} are in another language than their source publishes in."
    if len(told) < len(found.texts):
        how += f" Of {len(found.texts) - len(told):,} it is not known."
    return Assumption(text, status, how)


def _codes(language: str) -> set[str]:
    """Return the two letters of a language, with those of its sisters that are hard to tell apart in writing."""
    code = {"fas": "fa", "prs": "fa", "pus": "ps", "ara": "ar", "eng": "en"}.get(
        language.lower()[:3], language.lower()[:2]
    )
    return {code, "pr", "pe", "da"} if code == "fa" else {code, "pa", "pu"} if code == "ps" else {code}


def _same_things(found: Found) -> Assumption:
    text = "The groups speak of the same things."
    rest = (
        "Where one group writes of war and another of aid, words differ by topic rather than by view; "
        "--topic narrows it."
    )
    if not found.topic or len(found.texts) < FEW_TEXTS:
        return Assumption(text, "cannot be checked", rest)
    name, named = found.topic
    groups: Counter[str] = Counter(t.group for t in found.texts)
    held: Counter[str] = Counter(t.group for t in found.texts if t.sha256 in named)
    least = min(groups, key=lambda g: (held[g] / groups[g], g))
    share = format_number(held[least] / groups[least], "share")
    how = f"The commonest name, {name}, stands in {share} of the texts of {least} at least. {rest}"
    return Assumption(text, "cannot be checked", how)


def warn(found: Found, params: NarrativeParams) -> tuple[str, ...]:
    """Return what a reader should beware of; without texts the headline says all there is."""
    if not found.texts:
        return ()
    warnings = [
        f"The record knows no actor '{actor}'." + (f" Is '{near}' meant?" if near else "")
        for actor, near in found.unknown
    ]
    if len(found.texts) < FEW_TEXTS:
        warnings.append(
            f"There are {count_things(len(found.texts), 'text')} only: shares move by chance, and words cannot "
            "be told from topics."
        )
    if not found.namings:
        warnings.append(
            "No actor is named by a name that the record knows: list names in aliases.csv, and ask again."
            if params.rows == "all"
            else "Nobody has accepted a naming of an actor yet: `salience review` does, or ask with --rows all."
        )
    elif len(found.namings) < FEW_NAMINGS:
        warnings.append(
            f"Actors are named {count_things(len(found.namings), 'time')} only: shares of labels are rough."
        )
    if params.rows == "all" and found.namings:
        warnings.append(
            f"Names and labels are suggestions of rules; people have decided {found.decisions:,}."
            + (" The table “review” shows what the accepted ones alone give." if found.review else "")
        )
    if len({t.source for t in found.texts}) == 1:
        warnings.append("All texts are of one source: nothing can be compared between sources.")
    return (*warnings, *_warn_topic(found, params), *_warn_languages(found), *_warn_first(found))


def _warn_topic(found: Found, params: NarrativeParams) -> list[str]:
    if params.topic:
        return [f"Only texts that mention {params.topic} are compared: what is said elsewhere is not here."]
    if found.topic and len(found.texts) >= 2:
        name, named = found.topic
        share = sum(t.sha256 in named for t in found.texts) / len(found.texts)
        if share >= ONE_TOPIC:
            return [
                f"{format_number(share, 'share')} of the texts name {name}: they seem collected by that topic. "
                "What is said or left unsaid here says nothing of what the sources speak of elsewhere."
            ]
    return []


def _warn_languages(found: Found) -> list[str]:
    languages = Counter(t.language for t in found.texts if t.language and t.language != "und")
    if len(languages) > 1 and languages.total() - max(languages.values()) >= 0.02 * languages.total():
        told = ", ".join(
            f"{code} ({n:,})"
            for code, n in sorted(languages.items(), key=lambda item: (-item[1], item[0]))[:4]
        )
        return [
            f"The texts are in several languages: {told}. A label and its translation count as two, and "
            "words and passages are compared as written: what is translated is not seen to be repeated."
        ]
    return []


def _warn_first(found: Found) -> list[str]:
    said = []
    if len(found.first.leads.first):
        said.append("Who is first in this record need not have started it: first is not cause.")
    clusters = Counter(t.copy for t in found.texts)
    if clusters[True]:
        said.append(
            f"{count_things(clusters[True], 'text')} repeat an earlier one whole. They count as repeating, and "
            "as speaking; their labels and words count only with --copies each."
        )
    return said
