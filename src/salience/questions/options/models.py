"""The rival models by name: how each is run, whether it is a forecast or dynamics, and what is weak in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from salience.methods import bargaining
from salience.methods.cells import FloatArray

# positions, salience, capability : (draws, actors, issues); reference : (issues,), nan where not known.
Run = Callable[[FloatArray, FloatArray, FloatArray, FloatArray], FloatArray]
SCALE = 100.0


@dataclass(frozen=True, slots=True)
class Model:
    """A model of where a negotiation leads.

    Attributes
    ----------
    name, label : str
    run : callable
        Gives (draws, issues); nan where the model cannot say.
    forecasts : bool
        False for dynamics, which are shown and not forecast from.
    weakness : str
    reference : str
    """

    name: str
    label: str
    run: Run
    forecasts: bool
    weakness: str
    reference: str


def run_nash_with(p: FloatArray, s: FloatArray, c: FloatArray, reference: FloatArray) -> FloatArray:
    """Nash bargaining with what stays if nobody agrees, on the issues where that is known; nan on others."""
    out = np.full((len(p), p.shape[2]), np.nan)
    known = np.flatnonzero(np.isfinite(reference))
    if len(known):
        able = np.broadcast_to(c, p.shape)[..., known]
        out[:, known] = bargaining.nash(
            p[..., known], s[..., known], able, reference[known], span=SCALE
        ).final
    return out


MODELS: tuple[Model, ...] = (
    Model(
        "compromise", "compromise mean", lambda p, s, c, r: bargaining.compromise(p, s, c).final, True,
        "knows no veto, no vote and no trade; everybody who cares moves it",
        "van den Bos (1991); Achen (2006), in The European Union Decides, ch. 4",
    ),
    Model(
        "condorcet", "votes of every pair", lambda p, s, c, r: bargaining.condorcet(p, s, c).final, True,
        "issue by issue; only positions that somebody holds can win",
        "Jesse & Brown, probabilistic Condorcet election; Levin, Peres & Wilmer (2017)",
    ),
    Model(
        "nash", "Nash bargaining", lambda p, s, c, r: bargaining.nash(p, s, c, span=SCALE).final, True,
        "no agreement is as bad as can be for all; losses grow with the square of distance",
        "Nash (1950); Harsanyi & Selten (1972)",
    ),
    Model(
        "exchange", "equal-gain exchange", lambda p, s, c, r: bargaining.exchange(p, s, c).final, True,
        "actors trade issues two by two; on one issue alone it is the compromise mean",
        "Stokman & van Oosten (1994); van Assen, Stokman & van Oosten (2003)",
    ),
    Model(
        "weighted_median", "weighted median", lambda p, s, c, r: bargaining.weighted_median(p, s, c).final, True,
        "a small change of weight can move it across the scale",
        "Black (1958)",
    ),
    Model(
        "nash_disagreement", "Nash bargaining, with what stays otherwise", run_nash_with, True,
        "says nothing where what stays is not known, and keeps to it where any actor gains from it",
        "Nash (1950)",
    ),
    Model(
        "expected_utility_as_written", "challenges, as written",
        lambda p, s, c, r: bargaining.expected_utility(p, s, c, "as_written").final, False,
        "ambiguous: its equations do not give its published results; jumps from one input to the next",
        "Bueno de Mesquita; Scholz, Calbert & Smith (2011), J. Theoretical Politics 23: 510-531",
    ),
    Model(
        "expected_utility_as_coded", "challenges, as coded",
        lambda p, s, c, r: bargaining.expected_utility(p, s, c, "as_coded").final, False,
        "as above, in the reading that reproduces most of the published rounds",
        "Scholz, Calbert & Smith (2011), and an independent replication",
    ),
)  # fmt: skip
# Whose outcomes, with their disagreement, make the forecast: those that do about as well as the best.
FORECASTERS = ("compromise", "condorcet", "nash", "exchange")
BY_NAME = {model.name: model for model in MODELS}


def run_models(
    names: tuple[str, ...], p: FloatArray, s: FloatArray, c: FloatArray, reference: FloatArray
) -> FloatArray:
    """Run models on draws: (draws, actors, issues) to (models, draws, issues)."""
    return np.stack([BY_NAME[name].run(p, s, c, reference) for name in names])
