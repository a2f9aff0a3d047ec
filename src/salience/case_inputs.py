"""The inputs of a case: found, taken in, listed in `case.toml`; and the record made to follow the case's own lists."""

from __future__ import annotations

import csv
import glob
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from salience.case_file import CASE_FILE, CaseFile, CaseInput, read_case_file
from salience.errors import InputError, MissingInputError
from salience.record.actors import ActorRule, settle_actors
from salience.record.decisions import settle_log
from salience.record.events import refresh_events
from salience.record.landscape import CASE_TABLES, write_landscape
from salience.record.places import PlaceEntry, settle_places
from salience.record.seating import write_seating
from salience.record.source_names import SourceRule, settle_sources, sources_differ
from salience.record.store import Record
from salience.sources.landscape_files import read_landscape_files
from salience.sources.load import Imported, import_file
from salience.sources.place_files import read_places
from salience.sources.seating_files import read_seating_files

RAW, ALIASES_FILE, ROLES_FILE = "raw", "aliases.csv", "roles.toml"
POPULATION_FILE = "population.csv"
ACTOR_COLUMNS = ("label", "actor", "kind", "valid_from", "valid_to")
ACTOR_KINDS = ("organisation", "person", "place", "population")

Progress = Callable[[str, float], None]


def take_in(
    record: Record,
    path: Path,
    raw_folder: Path,
    importer: str | None,
    mapping: Path | None,
    rules: Sequence[SourceRule],
    progress: Progress | None,
    guessed_groups: bool = False,
) -> Imported:
    """Take a file into the record: as events, documents, persons or a population (see `import_file` and the others)."""
    from salience.sources.document_files import FEEDS, PAGES, PLAIN
    from salience.sources.documents import import_documents
    from salience.sources.persons import import_persons
    from salience.sources.population import import_population

    told = progress or (lambda stage, share: None)
    if importer is None and mapping is None:
        importer = recognise_people(path)
    if importer == "persons":
        return import_persons(
            record, path, raw_folder, mapping=mapping, rules=rules, guessed=guessed_groups, progress=told
        )
    if importer == "population":
        return import_population(record, path, raw_folder, progress=told)
    endings = (*PLAIN, *PAGES, *FEEDS, ".pdf", ".docx", ".jsonl", ".ndjson")
    known = importer is None and mapping is None and (path.is_dir() or path.suffix.lower() in endings)
    if importer == "negotiation":
        from salience.sources.negotiation import import_negotiation

        return import_negotiation(record, path, raw_folder)
    if importer == "documents" or (known and not _is_events_text(path)):
        return import_documents(record, path, raw_folder, mapping=mapping, rules=rules, progress=told)
    return import_file(
        record, path, raw_folder, importer=importer, mapping=mapping, rules=rules, progress=told
    )


def state_terms(record: Record, inputs: Sequence[CaseInput]) -> None:
    """Write the licence and the citation that the case states for its files over those that their formats state."""
    for given in inputs:
        if not (given.licence or given.citation):
            continue
        name = Path(given.file).name
        terms = [given.licence, given.citation]
        held = record.rows(
            """SELECT 1 FROM origin WHERE file = ? AND (licence <> coalesce(nullif(?, ''), licence)
               OR citation <> coalesce(nullif(?, ''), citation))""",
            [name, *terms],
        )
        if held:
            with record.transaction() as connection:
                connection.execute(
                    """UPDATE origin SET licence = coalesce(nullif(?, ''), licence),
                       citation = coalesce(nullif(?, ''), citation) WHERE file = ?""",
                    [*terms, name],
                )


def _is_events_text(path: Path) -> bool:
    """Return whether a .txt file is a table after all: its first line parts columns by tabs or commas."""
    if path.suffix.lower() not in (".txt", ".text") or not path.is_file():
        return False
    with path.open("rb") as stream:
        first = stream.readline(1 << 16)
    return b"\t" in first.strip() or (first.count(b",") >= 4 and b". " not in first)


def recognise_people(path: Path) -> str | None:
    """Return "persons" or "population" for a table that is called so and has a column for the group."""
    name = path.name.casefold().split(".", maxsplit=1)[0]
    if name not in ("persons", "population") or path.suffix.lower() not in (
        ".csv",
        ".gz",
        ".xlsx",
        ".parquet",
    ):
        return None
    return name


def settle(
    record: Record,
    folder: Path,
    rules: Sequence[SourceRule],
    actors: Sequence[ActorRule],
    progress: Progress | None,
) -> None:
    """Let the record follow the case's own lists (sources, names, population, …), then read what is not read yet."""
    population = folder / POPULATION_FILE
    if population.is_file():
        from salience.sources.population import import_population

        import_population(record, population, folder / RAW)
    if sources_differ(record.connection, rules):
        with record.transaction() as connection:
            settle_sources(connection, rules)
            refresh_events(connection)
    places = read_places(folder)
    with record.transaction() as connection:
        settle_actors(connection, [*actors, *_named_places(places, actors)])
        write_landscape(connection, read_landscape_files(folder), CASE_TABLES)
        write_seating(connection, read_seating_files(folder), CASE_TABLES)
        settle_places(connection, places)
    # A record made anew from raw files takes back what people decided.
    settle_log(record)
    if record.rows("SELECT 1 FROM text LIMIT 1"):
        from salience.reading.keeping import read_record

        roles = folder / ROLES_FILE
        read_record(record, roles if roles.is_file() else None, progress or (lambda stage, share: None))


def _named_places(places: Sequence[PlaceEntry], actors: Sequence[ActorRule]) -> list[ActorRule]:
    """Let texts call a place by any of its names; what aliases.csv says of a label comes first."""
    taken = {rule.label for rule in actors}
    return [
        ActorRule(called, place.name, "place")
        for place in places
        for called in place.called
        if called not in taken
    ]


def find_inputs(folder: Path, case: CaseFile, data: Path | None) -> list[tuple[CaseInput, Path]]:
    """Find the inputs that are to be taken in; an optional one that is nowhere is passed over.

    Raises
    ------
    InputError
        One that the case needs is nowhere, or one is in several folders below --data.
    """
    found = []
    for given in case.inputs:
        try:
            found.append((given, locate(folder, case, given, data)))
        except MissingInputError:
            if not given.optional:
                raise
    return found


def list_absent(record: Record, case: CaseFile) -> list[str]:
    """Return a sentence on the optional inputs that the record does not hold; nothing where it holds them all."""
    held = {row["file"] for row in record.rows("SELECT DISTINCT file FROM origin")}
    absent = [i.file for i in case.inputs if i.optional and Path(i.file).name not in held]
    if not absent:
        return []
    names = " and ".join([", ".join(absent[:-1]), absent[-1]] if len(absent) > 1 else absent)
    them = "it" if len(absent) == 1 else "them"
    return [
        f"{names} {'is' if len(absent) == 1 else 'are'} not here. The case can do without {them}: what rests on {them} "
        f"alone is left open. `salience run CASE --data FOLDER` takes {them} in"
    ]


def locate(folder: Path, case: CaseFile, given: CaseInput, data: Path | None) -> Path:
    """Find an input: in the case, where --data says or a folder down, or the copy kept by its hash.

    Raises
    ------
    MissingInputError
        It is in none of these.
    InputError
        It is in several folders below --data.
    """
    places, name = [folder / given.file], Path(given.file).name
    if data is not None and data.is_file() and len(case.inputs) == 1:
        places.append(data)
    elif data is not None:
        below = sorted(place for place in data.glob(f"*/{glob.escape(name)}") if place.is_file())
        if len(below) > 1 and not any((data / part).is_file() for part in (given.file, name)):
            where = ", ".join(place.parent.name for place in below)
            raise InputError(
                f"{data} holds it in several folders: {where}. Name one of them: file = "
                f'"{below[0].parent.name}/{name}" in {CASE_FILE}',
                file=given.file,
            )
        places += [data / given.file, data / name, *below]
    if given.sha256:
        places += sorted((folder / RAW).glob(f"{given.sha256}*"))
    for place in places:
        if place.is_file() or (place.is_dir() and given.importer == "documents"):
            return place
    looked = " and ".join(dict.fromkeys(str(place.parent) for place in places))
    raise MissingInputError(
        f"the input is not in {looked}. Put it there, or name its folder: salience run {folder} --data FOLDER",
        file=given.file,
    )


def list_input(
    folder: Path, case: CaseFile, record: Record, path: Path, imported: Imported, mapping: Path | None
) -> CaseFile:
    """Append an input to `case.toml`, so that a run can make the record anew; return what it says then."""
    sha256 = record.rows(
        "SELECT sha256 FROM origin WHERE file = ? ORDER BY imported_at DESC", [imported.file]
    )
    listed = {i.sha256 for i in case.inputs} | {Path(i.file).name for i in case.inputs}
    if path.name in listed or (sha256 and sha256[0]["sha256"] in listed):
        return case
    lines = ["", "[[inputs]]", f"file = {_toml(path.name)}", f"as = {_toml(imported.importer)}"]
    if sha256:
        lines.append(f"sha256 = {_toml(sha256[0]['sha256'])}")
    if mapping is not None:
        kept = folder / mapping.name
        if kept.resolve() != mapping.resolve():
            write_whole(kept, mapping.read_text(encoding="utf-8-sig"))
        lines.append(f"map = {_toml(mapping.name)}")
    text = (folder / CASE_FILE).read_text(encoding="utf-8-sig")
    write_whole(folder / CASE_FILE, text.rstrip("\n") + "\n" + "\n".join(lines) + "\n")
    return read_case_file(folder)


def read_actors(folder: Path) -> list[ActorRule]:
    """Read a case's `aliases.csv`: which names stand for whom, and when.

    Raises
    ------
    InputError
        A column is missing or not known, a kind is not known, or a day is no ISO date.
    """
    path = folder / ALIASES_FILE
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            header = [name.strip() for name in reader.fieldnames or ()]
            unknown = [name for name in header if name and name not in ACTOR_COLUMNS]
            if "label" not in header or unknown:
                wrong = unknown[0] if unknown else "label"
                raise InputError(
                    f"expected are {', '.join(ACTOR_COLUMNS)}, of which only label is needed",
                    file=ALIASES_FILE,
                    line=1,
                    column=wrong,
                )
            reader.fieldnames = header
            return [_actor(reader.line_num, row) for row in reader if (row.get("label") or "").strip()]
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"this is not a CSV file in UTF-8: {error}", file=ALIASES_FILE) from error


def _actor(line: int, row: dict[str, str | None]) -> ActorRule:
    cells = {name: (row.get(name) or "").strip() for name in ACTOR_COLUMNS}
    if cells["kind"] and cells["kind"] not in ACTOR_KINDS:
        raise InputError(
            f"'{cells['kind']}' is no kind; expected {', '.join(ACTOR_KINDS)} or nothing",
            file=ALIASES_FILE,
            line=line,
            column="kind",
        )
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_to"):
        try:
            days[name] = date.fromisoformat(cells[name]) if cells[name] else None
        except ValueError as error:
            raise InputError(
                f"'{cells[name]}' is no day; expected YYYY-MM-DD or nothing",
                file=ALIASES_FILE,
                line=line,
                column=name,
            ) from error
    return ActorRule(cells["label"], cells["actor"] or cells["label"], cells["kind"] or None, **days)


def write_whole(path: Path, text: str) -> None:
    """Replace a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
