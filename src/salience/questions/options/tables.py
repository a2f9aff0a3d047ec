"""The tables of the options answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salience.methods.cells import FloatArray
from salience.methods.forecast import Forecast, chance_of_top, forecast
from salience.questions.answer import Cell, Column, Table
from salience.questions.options.compare import AS_NOW, Led, forecasters, regrets
from salience.questions.options.draws import Table as Case
from salience.questions.options.errors import Errors
from salience.questions.options.hinges import HEADLINE, Discovery, Hinges
from salience.questions.options.levers import edits_in_words
from salience.questions.options.models import BY_NAME, FORECASTERS

TOGETHER = "together"
CAUTION = (
    "Models of this kind were tested on decisions of a cooperative legislature, not on a war; no open benchmark for "
    "bargaining in armed conflict exists."
)


@dataclass(frozen=True, slots=True)
class IssueForecast:
    """One issue: the headline model's outcome, the forecast around it, and the chance of the upper pole."""

    issue: str
    meaning_0: str
    meaning_100: str
    two_poles: bool
    outcome: float
    made: Forecast
    inputs: tuple[float, float]
    chance: tuple[float, float, float] | None
    n: int


def forecast_issues(case: Case, values: FloatArray, errors: Errors) -> list[IssueForecast]:
    """Forecast each issue as now: inputs, disagreement of the models, and how far they were off before."""
    outcomes = case.outcomes(values, FORECASTERS)
    draw = case.edit(values[:256], None)
    p, weight = (
        draw.positions[:, draw.present][..., case.columns],
        draw.weight[:, draw.present][..., case.columns],
    )
    tail = (1.0 - case.params.level) / 2.0
    found = []
    for k, column in enumerate(case.columns):
        issue = case.land.issues[column]
        best = case.land.position[case.present, column, 1]
        two = bool(issue["two_poles"]) or bool(np.isin(best[np.isfinite(best)], (0.0, 100.0)).all())
        own = outcomes[FORECASTERS.index(HEADLINE), :, k]
        made = forecast(
            outcomes[:, :, k], p[..., k], weight[..., k], errors.find(TOGETHER, two), level=case.params.level
        )
        low, high = np.quantile(own, [tail, 1.0 - tail])
        chance = None
        if two:
            few = np.quantile(outcomes[:, :, k], np.linspace(0.01, 0.99, 50), axis=1)
            tops = np.stack([chance_of_top(few, slope) for slope in errors.slopes])
            ends = np.quantile(tops, [tail, 1.0 - tail])
            chance = (float(chance_of_top(own, errors.slope).mean()), float(ends[0]), float(ends[1]))
        found.append(
            IssueForecast(str(issue["name"]), issue["meaning_0"] or "", issue["meaning_100"] or "", two,
                          float(own.mean()), made, (float(low), float(high)), chance, int(np.isfinite(best).sum()))
        )  # fmt: skip
    return found


def tabulate_forecasts(forecasts: Sequence[IssueForecast], level: float) -> Table:
    """Show each issue's forecast."""
    rows: list[tuple[Cell, ...]] = [
        (
            f.issue,
            f.outcome,
            f.made.low,
            f.made.high,
            f.chance[0] if f.chance else None,
            f.n,
            f.meaning_0,
            f.meaning_100,
        )
        for f in forecasts
    ]
    columns = (
        Column("issue", "issue"), Column("outcome", "compromise mean", "number"), Column("low", "from", "number"),
        Column("high", "to", "number"), Column("chance", "chance of 100 (two poles)", "share"),
        Column("actors", "actors", "integer"), Column("meaning_0", "0 means"), Column("meaning_100", "100 means"),
    )  # fmt: skip
    return Table(
        "forecast", "Where each issue leads as now, and how little that says", columns, tuple(rows),
        f"'From' and 'to' is the {100 * level:.0f} % interval: uncertain inputs, disagreement of the models, "
        "and the errors "
        f"they made on decisions with a known outcome. {CAUTION}",
    )  # fmt: skip


def tabulate_models(now: Led, case: Case, errors: Errors) -> Table:
    """Put the models side by side on every issue, with how far each was off before."""
    rows: list[tuple[Cell, ...]] = []
    for k, issue in enumerate(case.issues):
        for m, name in enumerate(now.models):
            model, past = BY_NAME[name], errors.scores.get(name, {})
            low, high = np.quantile(now.outcomes[m, :, k], [0.1, 0.9])
            what = (
                "headline"
                if name == HEADLINE
                else "forecast"
                if model.forecasts
                else "dynamics, not a forecast"
            )
            rows.append((issue, model.label, what, float(now.outcomes[m, :, k].mean()), float(high - low),
                         past.get("mae"), model.weakness))  # fmt: skip
    columns = (
        Column("issue", "issue"), Column("model", "model"), Column("what", ""), Column("outcome", "leads to", "number"),
        Column("moves", "moves with the inputs by", "number"), Column("mae", "off by, in the back-test", "number"),
        Column("weakness", "what is weak in it"),
    )  # fmt: skip
    return Table(
        "models", "Rival models side by side", columns, tuple(rows),
        "'Moves with the inputs by' is how far the outcome shifts over 80 % of the draws. It is no interval "
        "of a forecast: "
        f"such ranges hold the outcome far less often than they claim. {CAUTION}",
    )  # fmt: skip


def tabulate_options(led: Sequence[Led], case: Case) -> Table:
    """Show by how much each option moves each issue, on the same draws as now."""
    rows: list[tuple[Cell, ...]] = []
    now = led[0]
    for each in led[1:]:
        assert each.option is not None
        says = edits_in_words(each.option)
        if each.refused:
            rows.append(
                (each.name, None, None, None, None, None, None, f"{says}. No outcome: {each.refused}")
            )
            continue
        group = forecasters(each)
        for k, issue in enumerate(case.issues):
            gap = (each.outcomes - now.outcomes)[group][..., k]
            by_model = gap.mean(axis=1)
            mean = float(gap[each.models.index(HEADLINE)].mean())
            low, high = np.quantile(gap, [0.1, 0.9])
            moved = np.abs(gap).max() > 1e-9
            up = float((gap > 1e-9).mean()) if moved else None
            same = float((np.sign(by_model) == np.sign(mean)).mean()) if moved else None
            rows.append((each.name, issue, mean, float(low), float(high), up, same, says))
    columns = (
        Column("option", "option"),
        Column("issue", "issue"),
        Column("difference", "compromise mean moves by", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("up", "chance that it moves up", "share"),
        Column("agree", "forecasting models that agree in direction", "share"),
        Column("edits", "what is assumed"),
    )
    return Table(
        "options", "What each option would move", columns, tuple(rows),
        "Points of 100, against as now on the same draws. 'From' and 'to' span 80 % of draws and forecasting "
        "models, and "
        "'chance' is over both; errors of the models themselves are not in it. Every option is an "
        f"assumption. {CAUTION}",
    )  # fmt: skip


def tabulate_regret(led: Sequence[Led], goal: bool) -> Table:
    """Show how much worse each option does than the best one would, at its worst, and who could live with it."""
    run = [each for each in led if not each.refused]
    regret = regrets(run)
    rows: list[tuple[Cell, ...]] = []
    best_worst = min(float(r.mean(axis=1).max()) for r in regret)
    for each, own in zip(run, regret, strict=True):
        by_model = own.mean(axis=1)
        worst = int(by_model.argmax())
        group = forecasters(each)
        far = each.far[group]
        rows.append(
            (each.name, float(each.score[group].mean()), float(by_model[each.models.index(HEADLINE)]),
             float(by_model[worst]), BY_NAME[each.models[worst]].label, float(np.quantile(own, 0.95)),
             float(far.mean()), float(np.quantile(far, 0.1)), float(np.quantile(far, 0.9)),
             "least regret at its worst" if by_model[worst] <= best_worst + 1e-9 else "")
        )  # fmt: skip
    what = "from the goal" if goal else "from what actors want"
    columns = (
        Column("option", "option"), Column("score", f"mean distance {what}", "number"),
        Column("regret", "regret, compromise mean", "number"), Column("worst", "regret, worst model", "number"),
        Column("worst_model", "which model"), Column("high", "regret, worst 5 % of draws", "number"),
        Column("far", "weight left far from it", "share"), Column("far_low", "from", "share"),
        Column("far_high", "to", "share"), Column("note", ""),
    )  # fmt: skip
    return Table(
        "regret", "How much could be lost by each option, and could it be carried out", columns, tuple(rows),
        f"Regret: how much further {what} than by the best option in the same draw and model, in points. "
        "Without a goal all "
        "actors count alike, those who are absent too. 'Weight left far': share of capability × salience at "
        "the table "
        "whose actors end up further from the outcome than the tolerance, and may not carry it out.",
    )  # fmt: skip


def tabulate_gainers(led: Sequence[Led], case: Case) -> Table:
    """Show who comes nearer to what it wants under each option, and who ends up further away."""
    rows: list[tuple[Cell, ...]] = []
    now = led[0]
    for each in led[1:]:
        if each.refused:
            continue
        group = forecasters(each)
        gain = (now.losses - each.losses)[group]
        for a, actor in enumerate(case.land.names):
            own = gain[..., a]
            if not np.isfinite(own).all():
                continue
            low, high = np.quantile(own, [0.1, 0.9])
            mean, seated = float(own.mean()), "" if case.present[a] else "absent as now"
            word = (
                "gains"
                if low > 0.05
                else "loses"
                if high < -0.05
                else "cannot be said"
                if high - low > 0.1
                else "as now"
            )
            rows.append(
                (each.name, actor, mean, float(low), float(high), float((own > 1e-9).mean()), word, seated)
            )
    columns = (
        Column("option", "option"),
        Column("actor", "actor"),
        Column("gain", "nearer by", "number"),
        Column("low", "from", "number"),
        Column("high", "to", "number"),
        Column("chance", "chance that it gains", "share"),
        Column("word", ""),
        Column("seated", ""),
    )
    return Table(
        "gainers", "Who gains and who loses by each option", columns, tuple(rows),
        "Points by which the outcome comes nearer to what the actor wants as now, weighted by what it cares "
        "for; over draws "
        "and forecasting models.",
    )  # fmt: skip


def tabulate_exclusion(led: Sequence[Led], case: Case) -> Table:
    """Show what changes when each actor is left out."""
    rows: list[tuple[Cell, ...]] = []
    now = led[0]
    for each in led[1:]:
        if each.refused:
            rows.append((each.name, None, None, None, None, f"no outcome: {each.refused}"))
            continue
        gap = each.outcomes - now.outcomes
        size = np.abs(gap).mean(axis=2)
        k = int(np.abs(gap.mean(axis=(0, 1))).argmax())
        low, high = np.quantile(size, [0.1, 0.9])
        rows.append(
            (
                each.name,
                float(size.mean()),
                float(low),
                float(high),
                float(gap[..., k].mean()),
                case.issues[k],
            )
        )
    rows.sort(key=lambda row: -(float(row[1]) if isinstance(row[1], float) else -1.0))
    columns = (
        Column("actor", "without"), Column("change", "outcomes move by, on average", "number"),
        Column("low", "from", "number"), Column("high", "to", "number"), Column("most", "most: by", "number"),
        Column("issue", "on"),
    )  # fmt: skip
    return Table(
        "exclusion", "Leaving every actor out in turn", columns, tuple(rows),
        "An outcome that hardly changes without an actor says that the models give it little weight, not that "
        "it can be "
        f"left out: who is not at the table may not keep to what is agreed there. {AS_NOW.capitalize()} is "
        "the comparison.",
    )  # fmt: skip


def tabulate_hinges(hinges: Hinges, case: Case) -> Table:
    """Show the indices, the largest first."""
    rows: list[tuple[Cell, ...]] = []
    i = hinges.indices
    for g, (actor, kind) in enumerate(hinges.groups):
        for k, issue in enumerate(case.issues):
            if np.isfinite(i.total[g, k]) and i.total[g, k] > 0.001:
                rows.append((issue, f"{actor}: {kind}", *(float(a[g, k]) for a in (
                    i.total, i.total_low, i.total_high, i.first, i.first_low, i.first_high))))  # fmt: skip
    order = {issue: k for k, issue in enumerate(case.issues)}
    rows.sort(key=lambda row: (order[str(row[0])], -float(row[2] or 0.0)))
    columns = (
        Column("issue", "issue"), Column("input", "input"), Column("total", "share of what is uncertain", "share"),
        Column("low", "from", "share"), Column("high", "to", "share"), Column("first", "by itself", "share"),
        Column("first_low", "from", "share"), Column("first_high", "to", "share"),
    )  # fmt: skip
    return Table(
        "hinges", "Which inputs decide the compromise mean", columns, tuple(rows),
        f"Sobol indices by actor and kind of input, with 95 % intervals, from {i.runs:,} runs. They share out the "
        "uncertainty of the inputs alone; the models' own errors, which are larger, are not in it. Whoever "
        "can be asked "
        "about the first lines should be.",
    )  # fmt: skip


def tabulate_discoveries(found: Sequence[Discovery]) -> Table:
    """Show under which inputs an option fails or succeeds."""
    rows: list[tuple[Cell, ...]] = [
        (d.option, d.better, d.words, d.box.density if d.box and d.box.walls else None,
         d.box.coverage if d.box and d.box.walls else None) for d in found
    ]  # fmt: skip
    columns = (
        Column("option", "option"), Column("better", "draws and models in which it is nearer than as now", "share"),
        Column("words", "when not"), Column("density", "exceptions in the box", "share"),
        Column("coverage", "of all exceptions", "share"),
    )  # fmt: skip
    return Table(
        "discovery", "This holds unless", columns, tuple(rows),
        "Boxes of inputs found by PRIM over the draws; 'nearer' is to the goal, or without one to what actors want.",
    )  # fmt: skip


def tabulate_backtest(errors: Errors) -> Table:
    """Show how the models did on decisions whose outcome is known."""
    names = {TOGETHER: "the four that forecast, together"} | {name: m.label for name, m in BY_NAME.items()}
    rows: list[tuple[Cell, ...]] = [
        (names.get(name, name), s["mae"], s["crps"], s["skill"], s["coverage_80"], s["width_80"], int(s["n"]))
        for name, s in errors.scores.items()
    ]  # fmt: skip
    columns = (
        Column("model", "model"), Column("mae", "off by, points of 100", "number"), Column("crps", "CRPS", "number"),
        Column("skill", "better than past outcomes alone", "share"), Column("coverage", "80 % interval held", "share"),
        Column("width", "its width", "number"), Column("n", "issues", "integer"),
    )  # fmt: skip
    return Table(
        "backtest", "How far such models were off", columns, tuple(rows),
        f"On {errors.citation}; each proposal forecast with the errors on all others. {CAUTION}",
    )  # fmt: skip
