"""The learning behind `RoleReader`: candidates of a text, what is known of them, and which are kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from salience.reading.fold import WORD, fold_word
from salience.reading.learning import Filler, Measured, fold_name, score
from salience.reading.learning.second import FAR, average, beside_others, fit_second, log_odds
from salience.reading.lexicon import load_roles, word_list

Words = tuple[str, ...]
LONGEST = 9
AROUND = 6
MOST_WORDS = 4


@dataclass(frozen=True)
class Known:
    """What the reviewed texts say of names.

    Attributes
    ----------
    filled : dict
        How often a name filled each role.
    seen : Counter
        In how many texts it stood.
    heads : dict
        The same by last word.
    same : dict
        The spelling under which its entity is counted.
    """

    filled: dict[str, Counter[Words]]
    seen: Counter[Words]
    heads: dict[str, Counter[str]]
    heads_seen: Counter[str]
    same: dict[Words, Words]
    first: dict[str, list[Words]]


def fit_roles(
    texts: Sequence[str],
    fillers: Sequence[Mapping[str, Sequence[Sequence[str]]]],
    roles: Sequence[str],
    folds: int,
    seed: int,
) -> tuple[dict[str, Any], dict[str, Measured]]:
    """Fit one model a role; what is known of names is taken, for each text, from the other folds."""
    words = [split_words(text) for text in texts]
    part = np.random.default_rng(seed).permutation(len(texts)) % folds
    rows: list[dict[str, Any]] = []
    truth: dict[str, list[int]] = {role: [] for role in roles}
    home: list[tuple[int, Words]] = []
    for fold in range(folds):
        inside = [k for k in range(len(texts)) if part[k] != fold]
        known = learn_names([words[k] for k in inside], [fillers[k] for k in inside], roles)
        for k in map(int, np.flatnonzero(part == fold)):
            gold = {
                role: {fold_name(n) for entity in fillers[k].get(role, ()) for n in entity} for role in roles
            }
            for name, places in candidates(words[k], known).items():
                rows.append(describe(words[k], name, places, known, roles))
                home.append((k, name))
                for role in roles:
                    truth[role].append(int(name in gold[role]))
    models: dict[str, Any] = {"known": learn_names(words, fillers, roles), "roles": tuple(roles)}
    models["relevant"], relevant = _fit_relevance(texts, fillers, part)
    for row, (k, _) in zip(rows, home, strict=True):
        row["relevant"] = 3 * relevant[k]
    measured = {}
    groups = np.array([part[k] for k, _ in home])
    models["columns"], matrix = _vectorise(rows)
    first = {role: _fit_one(matrix, np.array(truth[role]), groups) for role in roles}
    scores = np.column_stack([odds for _, odds in first.values()])
    columns = beside_others(rows, home, scores, roles)
    for j, role in enumerate(roles):
        models[role] = first[role][0]
        if models[role] is None:
            continue
        models[role + " again"], again = fit_second(columns, np.array(truth[role]), groups, seed)
        chances = average(scores[:, j], again)
        models[role + " least"], measured[role] = _choose_least(chances, home, fillers, role, models["known"])
    return models, measured


def _fit_relevance(texts: Sequence[str], fillers: Sequence[Mapping[str, Any]], part: Any) -> tuple[Any, Any]:
    """Learn which texts have any role filled; for each text its chance as seen from the other folds."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    y = np.array([int(any(len(entities) for entities in each.values())) for each in fillers])
    if y.min() == y.max():
        return None, np.ones(len(y))
    model = make_pipeline(
        TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, 2)),
        LogisticRegression(C=10, max_iter=2000),
    )
    folds = GroupKFold(len(np.unique(part)))
    chances = cross_val_predict(model, list(texts), y, groups=part, cv=folds, method="predict_proba")[:, 1]
    return model.fit(list(texts), y), chances


def _vectorise(rows: Sequence[dict[str, Any]]) -> tuple[Any, Any]:
    from sklearn.feature_extraction import DictVectorizer

    columns = DictVectorizer()
    return columns, _narrow(columns.fit_transform(rows))


def _narrow(matrix: Any) -> Any:
    """Write a sparse matrix's places in 32 bits, as the solver wants them."""
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    return matrix


def _fit_one(matrix: Any, y: Any, groups: Any) -> tuple[Any, Any]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    model = LogisticRegression(C=0.3, max_iter=3000, solver="liblinear")
    if y.sum() < 2 or y.sum() == len(y):
        return None, np.full(len(y), FAR)
    folds = min(5, len(np.unique(groups)))
    odds = cross_val_predict(
        model, matrix, y, groups=groups, cv=GroupKFold(folds), method="decision_function"
    )
    return model.fit(matrix, y), odds


def _choose_least(
    chances: Any,
    home: Sequence[tuple[int, Words]],
    fillers: Sequence[Mapping[str, Any]],
    role: str,
    known: Known,
) -> tuple[float, Measured]:
    """Return the chance from which a name is kept, where F1 over entities is best, and what that gives."""
    best = (0.5, score(0, 0, 1))
    there = sum(len(f.get(role, ())) for f in fillers)
    by_text: dict[int, list[tuple[Words, float]]] = defaultdict(list)
    for (k, name), chance in zip(home, chances, strict=True):
        by_text[k].append((name, float(chance)))
    for least in np.arange(0.04, 0.8, 0.02):
        right = said = 0
        for k, found in by_text.items():
            groups = group_names([(n, c) for n, c in found if c >= least], known)
            gold = [{fold_name(n) for n in entity} for entity in fillers[k].get(role, ())]
            said += len(groups)
            right += sum(any(group[0] in entity for group in groups) for entity in gold)
        measured = score(min(right, said), said, there)
        if measured.f1 > best[1].f1:
            best = (float(least), measured)
    return best


def read_roles(text: str, models: Mapping[str, Any]) -> list[Filler]:
    """Return what fills each role in a text."""
    words, known = split_words(text), models["known"]
    found = candidates(words, known)
    if not found:
        return []
    rows = [describe(words, name, places, known, models["roles"]) for name, places in found.items()]
    fillers = []
    relevant = (
        float(models["relevant"].predict_proba([text])[0, 1]) if models["relevant"] is not None else 1.0
    )
    for row in rows:
        row["relevant"] = 3 * relevant
    matrix = _narrow(models["columns"].transform(rows))
    roles = models["roles"]
    scores = np.full((len(rows), len(roles)), FAR)
    for j, role in enumerate(roles):
        if models[role] is not None:
            scores[:, j] = models[role].decision_function(matrix)
    columns = beside_others(rows, [(0, name) for name in found], scores, roles)
    for j, role in enumerate(roles):
        if models[role] is None:
            continue
        chances = average(scores[:, j], log_odds(models[role + " again"], columns))
        kept = [(n, float(c)) for n, c in zip(found, chances, strict=True) if c >= models[role + " least"]]
        for group in group_names(kept, known):
            names = tuple(_written(text, words, found[n][0], len(n)) for n in group)
            fillers.append(Filler(role, names, max(c for n, c in kept if n in group)))
    return fillers


def split_words(text: str) -> list[tuple[str, int, int]]:
    """Return the folded words of a text with their places."""
    return [(fold_word(m[0]), m.start(), m.end()) for m in WORD.finditer(text)]


def _written(text: str, words: Sequence[tuple[str, int, int]], at: int, size: int) -> str:
    return text[words[at][1] : words[at + size - 1][2]]


def learn_names(
    words: Sequence[Sequence[tuple[str, int, int]]],
    fillers: Sequence[Mapping[str, Sequence[Sequence[str]]]],
    roles: Sequence[str],
) -> Known:
    """Count names that filled roles, and the texts in which they stood at all."""
    filled: dict[str, Counter[Words]] = {role: Counter() for role in roles}
    heads: dict[str, Counter[str]] = {role: Counter() for role in roles}
    together: dict[Words, Counter[Words]] = defaultdict(Counter)
    for each in fillers:
        for role in roles:
            for entity in each.get(role, ()):
                names = {n for n in map(fold_name, entity) if 0 < len(n) <= LONGEST}
                filled[role].update(names)
                heads[role].update({n[-1] for n in names})
                for name in names:
                    together[name].update(names - {name})
    names = set().union(*filled.values()) if roles else set()
    first: dict[str, list[Words]] = defaultdict(list)
    for name in sorted(names, key=lambda n: (-len(n), n)):
        first[name[0]].append(name)
    seen: Counter[Words] = Counter()
    heads_seen: Counter[str] = Counter()
    for text in words:
        plain = [w for w, _, _ in text]
        present = {
            name
            for i, w in enumerate(plain)
            for name in first.get(w, ())
            if tuple(plain[i : i + len(name)]) == name
        }
        seen.update(present)
        heads_seen.update(set(plain))
    return Known(filled, seen, heads, heads_seen, _same(together), dict(first))


def _same(together: Mapping[Words, Counter[Words]]) -> dict[Words, Words]:
    """Return for each spelling the one its entity is counted under, where two stood together more than once."""
    root: dict[Words, Words] = {}

    def find(name: Words) -> Words:
        while root.get(name, name) != name:
            name = root[name]
        return name

    for name in sorted(together):
        for other, count in together[name].items():
            if count >= 2 and min(len(name), len(other)) == 1:
                a, b = find(name), find(other)
                if a != b:
                    root[max(a, b)] = min(a, b)
    return {name: find(name) for name in together}


def candidates(words: Sequence[tuple[str, int, int]], known: Known) -> dict[Words, list[int]]:
    """Return the names of a text that may fill a role, each with the numbers of the words where it begins."""
    plain = [w for w, _, _ in words]
    found: dict[Words, list[int]] = defaultdict(list)
    i = 0
    while i < len(plain):
        name = next((n for n in known.first.get(plain[i], ()) if tuple(plain[i : i + len(n)]) == n), None)
        if name is not None:
            found[name].append(i)
        for described in _described(plain, i):
            if described != name:
                found[described].append(i)
        i += 1
    for at, run in _runs(words):
        if at not in found[run]:
            found[run].append(at)
    return found


def _runs(words: Sequence[tuple[str, int, int]]) -> Iterator[tuple[int, Words]]:
    """Give runs of words between function words, stops and verbs in -ed or -ing: what may be a name."""
    skipped = word_list("function")
    i = 0
    while i < len(words):
        after = i
        while (
            after < len(words)
            and words[after][0] not in skipped
            and (after == i or words[after][1] - words[after - 1][2] == 1)
        ):
            after += 1
        first = i
        while first < after and (words[first][0].endswith(("ed", "ing")) or words[first][0][0].isdigit()):
            first += 1
        last = first
        while last < after and not (last > first and words[last][0].endswith(("ed", "ing"))):
            last += 1
        if 1 <= last - first <= MOST_WORDS:
            yield first, tuple(words[k][0] for k in range(first, last))
        i = max(after, i + 1)


def _described(plain: Sequence[str], i: int) -> Iterator[Words]:
    """Give "armed men", "a group of gunmen": modifiers and a noun for people."""
    roles = load_roles()
    for size in (3, 2, 1):
        name = tuple(plain[i : i + size])
        if len(name) == size and name[-1] in roles.heads and all(w in roles.modifiers for w in name[:-1]):
            yield name
            return


def describe(
    words: Sequence[tuple[str, int, int]],
    name: Words,
    places: Sequence[int],
    known: Known,
    roles: Sequence[str],
) -> dict[str, Any]:
    """Return what a model sees of one candidate: its words, the words around it, and its past."""
    row: dict[str, Any] = {
        "last=" + name[-1]: 1.0,
        "name=" + " ".join(name): 1.0,
        "size": min(len(name), 4) / 4,
    }
    for role in roles:
        row["rate " + role] = _log_odds(known.filled[role][name], known.seen[name])
        row["head " + role] = _log_odds(known.heads[role][name[-1]], known.heads_seen[name[-1]])
    row["times"] = min(len(places), 5) / 5
    row["early"] = 1.0 / (1.0 + places[0] / 40)
    for at in places[:6]:
        after = at + len(name)
        for k in range(max(0, at - AROUND), at):
            row["before=" + words[k][0]] = 1.0
        for k in range(after, min(len(words), after + AROUND)):
            row["after=" + words[k][0]] = 1.0
        if at:
            row["next before=" + words[at - 1][0]] = 1.0
        if at > 1:
            row["two before=" + words[at - 2][0] + " " + words[at - 1][0]] = 1.0
        if after < len(words):
            row["next after=" + words[after][0]] = 1.0
        if after + 1 < len(words):
            row["two after=" + words[after][0] + " " + words[after + 1][0]] = 1.0
    return row


def _log_odds(filled: int, seen: int) -> float:
    """Return the log odds that a name fills a role where it stands, drawn towards rarity where little is known."""
    return float(np.log((filled + 0.2) / (max(seen - filled, 0) + 6.0))) / 2


def group_names(found: Sequence[tuple[Words, float]], known: Known) -> list[list[Words]]:
    """Put spellings of one entity together: known to be the same, or one within the other; the surest first."""
    groups: list[list[Words]] = []
    for name, _ in sorted(found, key=lambda item: (-item[1], item[0])):
        for group in groups:
            if any(_alike(name, other, known) for other in group):
                group.append(name)
                break
        else:
            groups.append([name])
    return groups


def _alike(name: Words, other: Words, known: Known) -> bool:
    if known.same.get(name, name) == known.same.get(other, other):
        return True
    short, long = sorted((name, other), key=len)
    if len(long) > 2 and len(short) == 1 and len(short[0]) >= 3:
        initials = "".join(w[0] for w in long if w not in ("of", "the", "and", "for", "de"))
        if short[0] == initials:
            return True
    return any(long[k : k + len(short)] == short for k in range(len(long) - len(short) + 1))
