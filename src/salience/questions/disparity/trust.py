"""What must be true for the disparity answer, what was checked of it, and what a reader is warned of."""

from __future__ import annotations

from salience.questions.answer import Assumption, Status
from salience.questions.disparity.counts import Counted
from salience.questions.disparity.find import Finding, Sorted
from salience.questions.disparity.params import DisparityParams
from salience.questions.disparity.population import Denominator
from salience.questions.disparity.tables import say_tipping
from salience.record.names import normalise_name

WIDE = 1.5  # from here on the batches are worth a word
UNLIKE = 0.01


def judge_assumptions(counted: Counted, focus: Finding, denominator: Denominator) -> tuple[Assumption, ...]:
    """Return the assumptions, each with whether it holds."""
    within = focus.within
    several = len(counted.sources) > 1
    batches: Status = "fails" if focus.dispersion > WIDE else "holds"
    how_batches = (
        f"Variance between batches is {focus.dispersion:.1f} times that of single persons"
        + (", within places " + f"{within.dispersion:.1f} times" if within else "")
        + "; intervals are widened by it."
    )
    found = [
        Assumption(
            "What happens to one group is recorded as fully as what happens to another.", "cannot be checked",
            "A source that looks at one group finds more of it. `salience ask CASE hidden` and sources of other "
            "kinds may show it.",
        ),
        Assumption(
            "Those whose group is not named are of the groups that the named are of.",
            "cannot be checked" if focus.counts[2] else "holds",
            say_tipping(focus) if focus.shares and focus.counts[2] else "All groups are named."
            if not focus.counts[2] else "No share over all places is known, so no bounds either.",
        ),
        Assumption("Persons are counted one by one, not in batches.", batches, how_batches),
        Assumption(
            "The population's shares are right, within their intervals, for these years and places.", "cannot be "
            "checked",
            f"{denominator.name}: {'; '.join(denominator.sources)}"
            + (f", {denominator.year}" if denominator.year else "")
            + (f"; also taken for granted: {denominator.assumed}" if denominator.assumed else ""),
        ),
        Assumption(
            "Groups are as the persons themselves or those near to them state them, never guessed from names.",
            "fails" if counted.guessed else "cannot be checked",
            f"The case declares {counted.guessed:,} persons' groups as guessed." if counted.guessed
            else "Columns that look like guesses are refused; what stands under an honest heading cannot be seen.",
        ),
        Assumption(
            "Each person is counted once.",
            ("cannot be checked" if counted.unmarked else "holds") if several else "cannot be checked",
            f"Incidents that several sources tell of are taken from one; {counted.repeated:,} persons told again "
            "were left out."
            + (" Rows without an incident cannot be matched." if counted.unmarked else "")
            if several else "One source: it may repeat itself.",
        ),
    ]  # fmt: skip
    if within is not None:
        same = within.common.differs >= UNLIKE
        found.append(
            Assumption(
                "In all places the group is hit by the same factor.", "holds" if same else "fails",
                f"Places would differ this much by chance in {100 * within.common.differs:.1f} % of cases; the "
                "pooled ratios "
                "do not need it.",
            )
        )  # fmt: skip
    return tuple(found)


def list_warnings(
    counted: Counted,
    cells: Sorted,
    focus: Finding,
    denominator: Denominator,
    params: DisparityParams,
) -> tuple[str, ...]:
    """Return what a reader must know beside the headline."""
    found = []
    if len(counted.sources) == 1:
        found.append(f"All rests on one source alone: {counted.sources[0].name}.")
    if counted.guessed:
        found.append(
            f"The group of {counted.guessed:,} persons was guessed, as the case declares. Guesses from names are "
            "wrong most "
            "often for small groups, and no interval here carries that."
        )
    for name, (number, near) in sorted(cells.strange.items(), key=lambda item: -item[1][0])[:5]:
        what = f"'{name}' ({_few(number, params)}) is no group of the population table."
        found.append(
            f"{what}{near} Until the name is made the same they count as not named."
            if near
            else f"{what} They count as others."
        )
    found += _place_warnings(counted, focus, denominator, params)
    if counted.undated:
        found.append(
            f"{_few(counted.undated, params)} have no date and are left out, for the case has a period."
        )
    if counted.unfit:
        found.append(
            f"Of {_few(counted.unfit, params)} the sex, age or kind is not stated; they are left out."
        )
    if counted.unmarked:
        found.append(
            "Several sources tell of persons without naming the incident: some may be counted twice."
        )
    if denominator.assumed:
        found.append(f"Taken for granted: {denominator.assumed}.")
    if focus.share is not None and focus.share[0] == focus.share[2]:
        found.append("The population's share has no interval; what is not known of it is not in the answer.")
    if focus.share is None:
        found.append(
            f"There is no share of {focus.category.name} over all places: write a line without a place in "
            "population.csv, or "
            "persons for every place."
        )
    return tuple(found)


def _place_warnings(
    counted: Counted, focus: Finding, denominator: Denominator, params: DisparityParams
) -> list[str]:
    """Name places without a population, with the nearest names there are."""
    from salience.questions.disparity.labels import nearest

    if not denominator.places:
        return [
            f"The shares of {denominator.name} are not by place: more where they live and harder where they live "
            "cannot be "
            "told apart."
        ]
    numbers: dict[str, int] = {}
    without = 0
    for cell in counted.cells:
        if cell.place is None:
            without += cell.count
        elif (focus.category, normalise_name(cell.place)) not in denominator.shares:
            numbers[cell.place] = numbers.get(cell.place, 0) + cell.count
    found = []
    for place, number in sorted(numbers.items(), key=lambda item: -item[1])[:5]:
        near = nearest(place, list(denominator.places.values()))
        found.append(
            f"No population of {focus.category.name} for '{place}' ({_few(number, params)}): left out where places are "
            f"compared with themselves.{near}"
        )
    if without:
        found.append(f"{_few(without, params)} have no place and are left out where places are compared.")
    return found


def _few(number: int, params: DisparityParams) -> str:
    if 0 < number < params.smallest_cell:
        return f"under {params.smallest_cell} persons"
    return f"{number:,} {'person' if number == 1 else 'persons'}"
