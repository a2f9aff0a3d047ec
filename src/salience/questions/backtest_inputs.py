"""What an interval from uncertain inputs alone would have held: the reason why no forecast here is made so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from salience.methods.bargaining import compromise
from salience.methods.elicited import draw_elicited
from salience.methods.scores import Score, covered, mean_score
from salience.sources.resolved_issues import ResolvedIssue

DRAWS = 256


def cover_by_inputs(
    issues: Sequence[ResolvedIssue], *, unsure: float, seed: int = 0, level: float = 0.8
) -> Score:
    """Say how often the compromise mean's interval from uncertain inputs alone held the outcome.

    Parameters
    ----------
    issues : sequence of ResolvedIssue
    unsure : float
        How far off every position, salience and capability may be, as the options question takes it.
    seed : int
    level : float

    Returns
    -------
    Score
        With an interval from drawing proposals anew.
    """
    by_proposal: dict[str, list[ResolvedIssue]] = defaultdict(list)
    for issue in issues:
        by_proposal[issue.proposal].append(issue)
    held, clusters = [], []
    tail = (1.0 - level) / 2.0
    for number, (proposal, together) in enumerate(by_proposal.items()):
        for k, issue in enumerate(together):
            best = np.array(list(issue.held.values()))
            width = unsure * np.array([100.0, 1.0, 1.0])
            low = np.maximum(best - width, [0.0, 0.01, 0.0])
            low, high = np.minimum(low, best), np.minimum(best + width, [100.0, 1.0, np.inf])
            drawn = draw_elicited(low, best, np.maximum(high, best), DRAWS, seed=seed + 1000 * number + k)
            p, s, c = (part[..., None] for part in np.moveaxis(drawn.reshape(DRAWS, *best.shape), 2, 0))
            ends = np.quantile(compromise(p, s, c).final[:, 0], [tail, 1.0 - tail])
            held.append(float(covered(ends[0], ends[1], issue.outcome)))
            clusters.append(proposal)
    return mean_score(held, clusters, seed=seed)
