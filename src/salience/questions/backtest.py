"""How far off models were on issues whose outcome is known: the table, and the errors that forecasts are made with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from salience.errors import MethodError, QuestionError
from salience.methods.cells import FloatArray
from salience.methods.forecast import FEWEST, Past, chance_of_top, forecast, learn_errors, learn_slope
from salience.methods.scores import Score, covered, crps, mean_score, right_side
from salience.questions.backtest_inputs import cover_by_inputs
from salience.questions.options.errors import Errors, shipped_errors
from salience.questions.options.models import FORECASTERS, MODELS, run_models
from salience.sources.resolved_issues import ResolvedIssue, read_resolved

FEWEST_ACTORS = 3
TOGETHER = "together"
UNSURE = 0.1
GRADED, TWO_POLES = "graded", "two poles"
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scored:
    """How one model did.

    Attributes
    ----------
    model : str
    kind : {"forecast", "dynamics", "baseline"}
    n : int
        Issues on which it says something.
    mae, crps : Score or None
        Mean absolute error of its outcome; score of its forecast, made with the errors on all other proposals.
    skill : float or None
        1 − crps / climatology's on the same issues.
    coverage_80, coverage_80_shipped : Score or None
        How often the 80 % interval held: with errors learnt on the file's other proposals, and with those shipped.
    width_80 : float or None
        Mean width of the interval.
    side : Score or None
        How often it was on the right side of 50.
    behind : Score or None
        Its absolute error less that of the headline, issue by issue; below 0 it was nearer.
    """

    model: str
    kind: str
    n: int
    mae: Score | None
    crps: Score
    skill: float | None
    coverage_80: Score | None = None
    coverage_80_shipped: Score | None = None
    width_80: float | None = None
    side: Score | None = None
    behind: Score | None = None


@dataclass(frozen=True, slots=True)
class Backtest:
    """The table of a back-test.

    `brier` is of the chance of each pole, on two-pole issues that ended at one; `inputs_alone_80` is how often 80 %
    intervals of the compromise mean from uncertain inputs alone held, with every input off by 10 % at most.
    """

    file: str
    issues: int
    proposals: int
    two_poles: int
    between_poles: int
    left_out: tuple[str, ...]
    headline: str
    models: tuple[Scored, ...]
    brier: Score | None
    inputs_alone_80: Score | None
    errors: Errors | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: `headline`, and `models` with plain numbers and their intervals beside them."""
        models = []
        for each in self.models:
            row: dict[str, Any] = {"model": each.model, "kind": each.kind, "n": each.n, "skill": each.skill,
                                   "width_80": each.width_80}  # fmt: skip
            for name in ("mae", "crps", "coverage_80", "coverage_80_shipped", "side", "behind"):
                score: Score | None = getattr(each, name)
                row[name] = score.value if score else None
                row[f"{name}_interval"] = [score.low, score.high] if score else None
            models.append(row)
        return {
            "headline": self.headline, "models": models, "issues": self.issues, "proposals": self.proposals,
            "two_poles": self.two_poles, "between_poles": self.between_poles, "left_out": list(self.left_out),
            "brier": asdict(self.brier) if self.brier else None,
            "inputs_alone_80": asdict(self.inputs_alone_80) if self.inputs_alone_80 else None,
            "interval_level": 0.8, "file": self.file,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cases:
    """Resolved issues as arrays, with what each model says: outcomes (models, cases), nan where it says nothing."""

    proposal: npt.NDArray[np.str_]
    truth: FloatArray
    two: Bools
    positions: FloatArray
    weights: FloatArray
    outcomes: FloatArray
    plain: FloatArray
    middle: FloatArray

    def part(self, keep: Bools) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return outcomes, truth, positions and weights of some cases."""
        return self.outcomes[:, keep], self.truth[keep], self.positions[keep], self.weights[keep]


def backtest_file(path: str | Path, *, seed: int = 0) -> Backtest:
    """Score the models on a file of resolved issues.

    Parameters
    ----------
    path : str or Path
        Columns proposal, issue, actor, position, salience, reference_point, outcome, and capability if it is known.
    seed : int
        Of the bootstrap over proposals.

    Raises
    ------
    InputError
        A line is not as it must be.
    QuestionError
        There are fewer than two proposals with issues of three actors or more.
    """
    file = Path(path)
    issues = read_resolved(file)
    fit = [i for i in issues if len(i.held) >= FEWEST_ACTORS]
    left = tuple(f"{i.issue}: {len(i.held)} actors; no forecast with fewer than {FEWEST_ACTORS}" for i in issues
                 if len(i.held) < FEWEST_ACTORS)  # fmt: skip
    cases = run_cases(fit) if fit else None
    if cases is None or len(set(cases.proposal.tolist())) < 2:
        raise QuestionError(
            f"{file.name}: a back-test needs two proposals or more with issues of three actors or more"
        )
    return replace(
        score_cases(cases, file.name, left, seed),
        inputs_alone_80=cover_by_inputs(fit, unsure=UNSURE, seed=seed),
    )


def run_cases(issues: Sequence[ResolvedIssue]) -> Cases:
    """Run all models, proposal by proposal: its issues are settled together."""
    by_proposal: dict[str, list[ResolvedIssue]] = defaultdict(list)
    for issue in issues:
        by_proposal[issue.proposal].append(issue)
    names = tuple(model.name for model in MODELS)
    outcomes, ordered = [], []
    for together in by_proposal.values():
        actors = sorted({actor for issue in together for actor in issue.held})
        table = np.full((3, 1, len(actors), len(together)), np.nan)
        for k, issue in enumerate(together):
            for actor, said in issue.held.items():
                table[:, 0, actors.index(actor), k] = said
        reference = np.array([np.nan if i.reference is None else i.reference for i in together])
        outcomes.append(run_models(names, table[0], table[1], table[2], reference)[:, 0])
        ordered += together
    most = max(len(issue.held) for issue in ordered)
    positions, weights = np.full((len(ordered), most), np.nan), np.zeros((len(ordered), most))
    for k, issue in enumerate(ordered):
        held = np.array(list(issue.held.values()))
        positions[k, : len(held)], weights[k, : len(held)] = held[:, 0], held[:, 1] * held[:, 2]
    ends = np.isnan(positions) | (positions == 0.0) | (positions == 100.0)
    return Cases(
        np.array([i.proposal for i in ordered]), np.array([i.outcome for i in ordered]), ends.all(axis=1),
        positions, weights, np.concatenate(outcomes, axis=1), np.nanmean(positions, axis=1),
        np.nanmedian(positions, axis=1),
    )  # fmt: skip


def score_cases(cases: Cases, file: str, left_out: tuple[str, ...], seed: int) -> Backtest:
    """Score every model, the forecast of those that forecast together, and the baselines."""
    y, of = cases.truth, cases.proposal
    climate = np.array([float(crps(y[of != p], v)) for p, v in zip(of, y, strict=True)])
    names = [model.name for model in MODELS]
    errors = np.abs(cases.outcomes - y)
    best = choose_headline(errors, of, names, seed)
    scored = []
    for k, model in enumerate(MODELS):
        known = np.isfinite(cases.outcomes[k])
        if known.sum() < 2:
            continue
        kind = "forecast" if model.forecasts else "dynamics"
        scored.append(_score([k], model.name, kind, cases, known, climate, errors[names.index(best)], seed))
    group = [names.index(name) for name in FORECASTERS]
    everything = np.ones(len(y), dtype=bool)
    scored.append(
        _score(group, TOGETHER, "forecast", cases, everything, climate, errors[names.index(best)], seed)
    )
    scored += _baselines(cases, climate, errors[names.index(best)], seed)
    poles = cases.two & ((y == 0.0) | (y == 100.0))
    between = int((cases.two & ~poles).sum())
    return Backtest(
        file, len(y), len(set(of.tolist())), int(cases.two.sum()), between, left_out, best, tuple(scored),
        _score_poles(cases, poles, names.index("compromise"), seed), None, learn_all(cases, file, scored),
    )  # fmt: skip


def choose_headline(
    errors: FloatArray, clusters: npt.NDArray[np.str_], names: Sequence[str], seed: int
) -> str:
    """Return the model to put first: the compromise mean, the simplest, unless another is nearer beyond chance.

    Beyond chance is: the 95 % interval of the difference in absolute error, proposals drawn anew, lies below 0.
    """
    chosen = names.index("compromise")
    order = np.argsort(np.where(np.isfinite(errors).all(axis=1), errors.mean(axis=1), np.inf))
    for k in order:
        if k == chosen or not np.isfinite(errors[k]).all():
            break
        if mean_score(errors[k] - errors[chosen], clusters, level=0.95, seed=seed).high < 0:
            return names[int(k)]
    return names[chosen]


def learn_all(cases: Cases, citation: str, scored: Sequence[Scored]) -> Errors | None:
    """Learn the errors of each model and of all that forecast together, from all cases; None where they are too few."""
    names = [model.name for model in MODELS]
    past: dict[tuple[str, str], Past] = {}
    for name in (*names, TOGETHER):
        group = [names.index(n) for n in FORECASTERS] if name == TOGETHER else [names.index(name)]
        known: Bools = np.asarray(np.isfinite(cases.outcomes[group]).all(axis=0))
        for kind, of_kind in ((GRADED, ~cases.two), (TWO_POLES, cases.two)):
            try:
                past[name, kind] = _learn(cases, group, np.logical_and(known, of_kind), known)
            except MethodError:
                if name != "nash_disagreement":
                    return None
    poles = cases.two & np.isin(cases.truth, (0.0, 100.0))
    outcome, top = cases.outcomes[names.index("compromise")][poles], cases.truth[poles] == 100.0
    slope = learn_slope(outcome, top)
    slopes = _slopes_anew(outcome, top, cases.proposal[poles])
    share = float((cases.two & ~poles).sum() / max(cases.two.sum(), 1))
    scores = {
        each.model: {"mae": each.mae.value, "crps": each.crps.value, "skill": each.skill or 0.0,
                     "coverage_80": each.coverage_80.value, "width_80": each.width_80 or 0.0, "n": float(each.n)}
        for each in scored if each.mae and each.coverage_80
    }  # fmt: skip
    return Errors(past, slope, slopes, share, citation, scores)


def _slopes_anew(
    outcome: FloatArray, top: Bools, clusters: npt.NDArray[np.str_], number: int = 200
) -> tuple[float, ...]:
    """Return 21 quantiles of the slope with proposals drawn anew."""
    names = sorted(set(clusters.tolist()))
    if not names:
        return (0.0,)
    rng = np.random.default_rng(0)
    rows = [np.flatnonzero(clusters == name) for name in names]
    found = []
    for _ in range(number):
        drawn = np.concatenate([rows[k] for k in rng.integers(0, len(rows), len(rows))])
        found.append(learn_slope(outcome[drawn], top[drawn]))
    return tuple(float(q) for q in np.quantile(found, np.linspace(0.0, 1.0, 21)))


def _learn(cases: Cases, group: Sequence[int], keep: Bools, wider: Bools) -> Past:
    """Learn from the cases of the kind; from all kinds where those are too few."""
    outcomes, truth, positions, weights = cases.part(keep if keep.sum() >= FEWEST else wider)
    return learn_errors(outcomes[list(group)], truth, positions, weights)


def _score(
    group: list[int], name: str, kind: str, cases: Cases, known: Bools, climate: FloatArray,
    best: FloatArray, seed: int,
) -> Scored:  # fmt: skip
    """Forecast every case with the errors on all other proposals, and score that."""
    y, of = cases.truth, cases.proposal
    point = cases.outcomes[group].mean(axis=0)
    score, held, width, shipped = (np.full(len(y), np.nan) for _ in range(4))
    ours = shipped_errors()
    for proposal in dict.fromkeys(of[known].tolist()):
        others = known & (of != proposal)
        for two in (False, True):
            now = np.flatnonzero(known & (of == proposal) & (cases.two == two))
            if not len(now):
                continue
            published = ours.find(name, two)
            try:
                past = _learn(cases, group, others & (cases.two == two), others)
            except MethodError:
                past = published
            for j in now:
                made = forecast(cases.outcomes[group][:, [j]], cases.positions[j], cases.weights[j], past)
                score[j] = crps(made.points, y[j], made.weights)
                held[j], width[j] = covered(made.low, made.high, y[j]), made.high - made.low
                other = forecast(
                    cases.outcomes[group][:, [j]], cases.positions[j], cases.weights[j], published
                )
                shipped[j] = covered(other.low, other.high, y[j])
    error = np.abs(point - y)[known]
    clusters = of[known]
    return Scored(
        name, kind, int(known.sum()), mean_score(error, clusters, seed=seed),
        mean_score(score[known], clusters, seed=seed), float(1.0 - score[known].mean() / climate[known].mean()),
        mean_score(held[known], clusters, seed=seed), mean_score(shipped[known], clusters, seed=seed),
        float(width[known].mean()), mean_score(right_side(point[known], y[known]), clusters, seed=seed),
        mean_score(error - best[known], clusters, seed=seed),
    )  # fmt: skip


def _baselines(cases: Cases, climate: FloatArray, best: FloatArray, seed: int) -> list[Scored]:
    """Score what needs no model: the plain mean and median, always 50, past outcomes, a lottery over positions."""
    y, of = cases.truth, cases.proposal
    rows = []
    for name, point in (
        ("mean", cases.plain),
        ("median", cases.middle),
        ("always_50", np.full(len(y), 50.0)),
    ):
        error = np.abs(point - y)
        # A single point's score is its absolute error.
        rows.append(
            Scored(name, "baseline", len(y), mean_score(error, of, seed=seed), mean_score(error, of, seed=seed),
                   float(1.0 - error.mean() / climate.mean()), side=mean_score(right_side(point, y), of, seed=seed),
                   behind=mean_score(error - best, of, seed=seed))
        )  # fmt: skip
    lots = np.array([
        float(crps(x[np.isfinite(x)], v)) for x, v in zip(cases.positions, y, strict=True)
    ])  # fmt: skip
    for name, score in (("climatology", climate), ("lottery", lots)):
        rows.append(Scored(name, "baseline", len(y), None, mean_score(score, of, seed=seed),
                           float(1.0 - score.mean() / climate.mean())))  # fmt: skip
    return rows


def _score_poles(cases: Cases, poles: Bools, model: int, seed: int) -> Score | None:
    """Score the chance of each pole by Brier's square, each with the slope learnt on all other proposals."""
    if poles.sum() < FEWEST:
        return None
    y, of, x = cases.truth == 100.0, cases.proposal, cases.outcomes[model]
    squares = []
    for j in np.flatnonzero(poles):
        others = poles & (of != of[j])
        squares.append(float((chance_of_top(x[j], learn_slope(x[others], y[others])) - y[j]) ** 2))
    return mean_score(squares, of[poles], seed=seed)
