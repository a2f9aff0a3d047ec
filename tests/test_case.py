"""The main job: a case folder in; a record, answers and a report out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import salience
from salience.case import new_case
from salience.errors import CaseError, InputError, QuestionError, RecordError
from salience.questions.catalogue import question_names
from small_ged import CASE, SOURCES, row, write_case, write_ged


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a case that was run; tests change copies of it."""
    folder = write_case(tmp_path_factory.mktemp("ran") / "case")
    with salience.open(folder) as case:
        case.run()
    return folder


@pytest.fixture
def folder(ran: Path, tmp_path: Path) -> Path:
    """Return a copy of the case that was run."""
    return shutil.copytree(ran, tmp_path / "case")


def test_a_run_makes_the_record_the_answers_and_the_report(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case")
    with salience.open(folder) as case:
        done = case.run()
    assert [(i.read, i.kept, i.set_aside) for i in done.imports] == [(240, 240, 0)]
    assert done.report == folder / "report.html"
    assert "Testland" in done.report.read_text(encoding="utf-8")
    assert [a.question for a in done.answers] == ["attention"]
    assert list((folder / "answers").glob("attention-*.json"))
    assert list((folder / "answers" / "attention").glob("*.csv"))


def test_a_second_run_changes_nothing_and_says_so(folder: Path) -> None:
    page = (folder / "report.html").read_bytes()
    first = [path.read_text(encoding="utf-8") for path in (folder / "answers").glob("*.json")]
    with salience.open(folder) as case:
        before = case.record.fingerprint()
        second = case.run()
        assert case.record.fingerprint() == before
    assert second.imports[0].already
    assert [a.to_json() for a in second.answers] == first
    assert (folder / "report.html").read_bytes() == page


def test_an_unchanged_question_is_not_computed_again(folder: Path) -> None:
    with salience.open(folder) as case:
        kept = next((folder / "answers").glob("attention-*.json"))
        data = json.loads(kept.read_text(encoding="utf-8"))
        assert data["headline"] != "kept"
        data["headline"] = "kept"
        kept.write_text(json.dumps(data), encoding="utf-8")
        assert case.ask("attention").headline == "kept"
        assert case.ask("attention", seed=1).headline != "kept"


def test_another_parameter_is_another_answer(folder: Path) -> None:
    with salience.open(folder) as case:
        assert case.ask("attention", deaths="low").key != case.ask("attention", deaths="high").key


def test_sources_csv_is_followed_without_importing_again(folder: Path) -> None:
    with salience.open(folder) as case:
        assert case.record.rows("SELECT count(*) AS n FROM source WHERE kind IS DISTINCT FROM 'dataset'") == [
            {"n": 4}
        ]
    merged = SOURCES + "World Wires,World Wire,,,,,\n"
    merged = merged.replace("Local Herald,Local Herald", "Local Herald,Rights Group").replace(
        "Rights Group,outlet", "Rights Group,ngo"
    )
    (folder / "sources.csv").write_text(merged, encoding="utf-8")
    with salience.open(folder) as case:
        done = case.run()
        assert done.imports[0].already
        assert case.record.rows("SELECT count(*) AS n FROM source WHERE kind IS DISTINCT FROM 'dataset'") == [
            {"n": 3}
        ]
        counted = case.record.rows("SELECT max(sources) AS most FROM event")[0]["most"]
        assert counted <= 3
        assert case.check() == []
        assert any("World Wires" in warning for warning in done.warnings)


def test_a_file_added_is_listed_and_found_again_when_the_record_is_rebuilt(tmp_path: Path) -> None:
    folder = new_case(tmp_path / "fresh")
    ged = write_ged(tmp_path / "elsewhere.csv", [row(n) for n in range(120)])
    with salience.open(folder) as case:
        assert case.add(ged).kept == 120
        fingerprint = case.record.fingerprint()
        assert 'file = "elsewhere.csv"' in (folder / "case.toml").read_text(encoding="utf-8")
        assert case.add(ged).already
    assert (folder / "case.toml").read_text(encoding="utf-8").count("elsewhere.csv") == 1
    ged.unlink()
    (folder / "record.duckdb").unlink()
    with salience.open(folder) as case:
        case.run()
        assert case.record.fingerprint() == fingerprint


def test_inputs_are_found_where_data_says(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case")
    (folder / "case.toml").write_text(CASE.replace("[questions.attention]", ""), encoding="utf-8")
    data = tmp_path / "données"
    data.mkdir()
    shutil.move(folder / "ged.csv", data / "ged.csv")
    with salience.open(folder, data=data) as case:
        assert case.run().imports[0].kept == 240
    (folder / "record.duckdb").unlink()
    with salience.open(folder, data=data / "ged.csv") as case:
        assert case.run().imports[0].kept == 240


def test_a_missing_input_names_the_places_and_the_remedy(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case")
    (folder / "ged.csv").unlink()
    with salience.open(folder) as case, pytest.raises(InputError, match="--data FOLDER"):
        case.run()


def test_folders_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "a case with spaces" / "پروندهٔ نمونه" / "50% #1 & more" / 'it\'s "quoted"'
    with salience.open(write_case(folder, events=80)) as case:
        assert case.run().report.is_file()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "Testland"', 'nome = "Testland"', "nome.*not known.*Did you mean 'name'"),
        ('name = "Testland"\nsummary', "summary", "key name: it is missing"),
        ("end = 2021-12-31", "end = 2020-12-31", "ends .2020-12-31. before it starts"),
        (
            "latitude = 13.0",
            "latitude = 123.0",
            "key capital.latitude: .*less than or equal to 90.*found 123",
        ),
        ('as = "ucdp"', 'as = "ucpd"', "key inputs.0.as: .*'ucdp'.*found 'ucpd'"),
        ("[questions.attention]", "[questions.atention]", "no such question; there are attention"),
        ("[questions.attention]", "[questions.attention]\ndeaths = 'most'", "deaths: .*found 'most'"),
        ("[questions.attention]", "[questions.attention]\ndeath = 'best'", "Did you mean 'deaths'"),
        (
            'file = "ged.csv"',
            'file = "ged.csv"\nmapp = "x"',
            "mapp: this key is not known. Did you mean 'map'",
        ),
        ("[period]", "[period", "is not TOML"),
    ],
)
def test_a_faulty_case_file_names_the_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = write_case(tmp_path / "case", events=3)
    assert old in CASE
    (folder / "case.toml").write_text(CASE.replace(old, new), encoding="utf-8")
    with pytest.raises(CaseError, match=said):
        salience.open(folder)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "Local Herald,Other,,,,,",
            "line 6, column canonical: 'Local Herald' stands for 'Other' here .* on line 2",
        ),
        ("New,World Wire,ngo,,,,", "line 6, column kind: 'World Wire' is 'ngo' here and 'agency' on line 3"),
        ("New,,radio,,,,", "line 6, column kind: 'radio' is no kind of source; expected outlet"),
        (",Other,,,,,", "line 6, column name: the line names no source"),
    ],
)
def test_a_faulty_sources_csv_names_the_line(tmp_path: Path, line: str, said: str) -> None:
    folder = write_case(tmp_path / "case", events=3)
    (folder / "sources.csv").write_text(SOURCES + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=said):
        salience.open(folder)


def test_a_sources_csv_without_names_or_with_odd_columns_is_refused(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case", events=3)
    (folder / "sources.csv").write_text("outlet,kind\nA,ngo\n", encoding="utf-8")
    with pytest.raises(InputError, match="column name: the column is missing"):
        salience.open(folder)
    (folder / "sources.csv").write_text("name,type\nA,ngo\n", encoding="utf-8")
    with pytest.raises(InputError, match="column type: this column is not known"):
        salience.open(folder)


def test_no_folder_no_case_file_and_an_empty_record_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no case folder"):
        salience.open(tmp_path / "none")
    with pytest.raises(CaseError, match=r"holds no case\.toml"):
        salience.open(tmp_path)
    with salience.open(new_case(tmp_path / "new")) as case, pytest.raises(CaseError, match="lists no inputs"):
        case.run()
    with pytest.raises(CaseError, match="holds a case already"):
        new_case(tmp_path / "new")


def test_every_question_refuses_a_record_that_holds_nothing(tmp_path: Path) -> None:
    """With names that nothing bears out, too: a claim may name an actor of events that are not there yet."""
    named = {
        "change": {"actor": ["Nobody"], "at": ["2021-08-15"]},
        "attention": {"compare": ["A", "B"]},
        "hidden": {"lists_by": "named", "lists": ["a = Nobody", "b = Noone"]},
        "reconcile": {"against": "Nobody"},
        "disparity": {"group": "A", "kind": "arrest"},
        "narrative": {"actors": ["Nobody"]},
    }
    with salience.open(new_case(tmp_path / "new")) as case:
        for question in question_names():
            for params in ({}, named.get(question, {})):
                answer = case.ask(question, **params)
                assert not answer.estimates, question
                assert "cannot" in answer.headline, question


def test_an_optional_input_that_is_not_there_is_a_warning(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case")
    text = (folder / "case.toml").read_text(encoding="utf-8")
    later = '\n[[inputs]]\nfile = "later.csv"\nas = "documents"\n'
    (folder / "case.toml").write_text(text + later, encoding="utf-8")
    with salience.open(folder) as case, pytest.raises(InputError, match=r"later\.csv: the input is not in"):
        case.run()
    (folder / "case.toml").write_text(text + later + "optional = true\n", encoding="utf-8")
    with salience.open(folder) as case:
        done = case.run()
        assert [i.file for i in done.imports] == ["ged.csv"]
        assert any("later.csv is not here" in w for w in done.warnings)
        assert "later.csv is not here" in done.report.read_text(encoding="utf-8")


def test_a_case_of_absent_inputs_alone_runs(tmp_path: Path) -> None:
    folder = new_case(tmp_path / "case")
    with (folder / "case.toml").open("a", encoding="utf-8") as stream:
        stream.write('[[inputs]]\nfile = "ged.csv"\nas = "ucdp"\noptional = true\n')
    with salience.open(folder) as case:
        done = case.run()
    assert [a.question for a in done.answers] == ["attention", "hidden"]
    assert not any(a.estimates for a in done.answers)
    assert done.report.is_file()


def test_an_unknown_question_names_those_there_are(tmp_path: Path) -> None:
    with (
        salience.open(write_case(tmp_path / "case", events=3)) as case,
        pytest.raises(QuestionError, match="attention"),
    ):
        case.ask("attentoin")


def test_reading_only_changes_nothing(folder: Path) -> None:
    (kept,) = (folder / "answers").glob("attention-*.json")
    with salience.open(folder, read_only=True) as case:
        assert case.ask("attention").to_json() == kept.read_text(encoding="utf-8")
        with pytest.raises(RecordError, match="reading only"):
            case.add(folder / "ged.csv")


def test_formulas_and_markup_in_data_reach_neither_spreadsheet_nor_page_alive(tmp_path: Path) -> None:
    folder = write_case(tmp_path / "case")
    hostile = '=HYPERLINK("http://example.org","x")<script>alert(1)</script>'
    rows = [
        row(n, source_office=hostile if n % 2 else "Local Herald", number_of_sources=1) for n in range(200)
    ]
    write_ged(folder / "ged.csv", rows)
    with salience.open(folder) as case:
        case.run()
    assert "<script" not in (folder / "report.html").read_text(encoding="utf-8")
    tables = "\n".join(p.read_text(encoding="utf-8-sig") for p in (folder / "answers").rglob("*.csv"))
    assert "HYPERLINK" in tables
    cells = [line.split(",")[0] for line in tables.splitlines()]
    assert not any(cell.lstrip('"').startswith("=") for cell in cells)


def test_answers_survive_the_way_to_json_and_back(folder: Path) -> None:
    with salience.open(folder) as case:
        answer = case.ask("attention")
    assert salience.Answer.from_json(answer.to_json()) == answer
    assert answer.headline in answer._repr_html_() or "&" in answer.headline


# Of a text that was written for testing (cases/myanmar/op-ed.txt), by UCDP GED 24.1.
VERDICTS_ON_MYANMAR = {
    "fights-rose": "supported",  # as many sources told as so many more events make
    "not-as-always": "supported",
    "one-source": "supported",
    "small-passed-over": "supported",
    "ten-dead-are-carried": "contradicted",
    "small-because-few-die": "undecided",
    "most-is-listed": "undecided",  # too little is on two lists to say what is on none
    "a-dozen-groups": "contradicted",
    "rohingya-beyond-their-share": "undecided",  # events do not say of which people the dead were
    "talk-with-everyone": "not judged",
}


@pytest.mark.parametrize(("name", "kept"), [("myanmar", 7374), ("syria", 14522)])
def test_the_cases_of_the_project_run_on_the_real_data(
    real_case: Callable[[str], Path], name: str, kept: int
) -> None:
    folder = real_case(name)
    with salience.open(folder, read_only=True) as case:
        assert case.record.rows("SELECT rows_read, rows_kept, rows_set_aside FROM origin") == [
            {"rows_read": kept, "rows_kept": kept, "rows_set_aside": 0}
        ]
        assert case.check() == []
        assert case.warnings() == []
    if name == "myanmar":
        verdicts = json.loads((folder / "answers" / "claims.json").read_text(encoding="utf-8"))
        assert {v["id"]: v["verdict"] for v in verdicts} == VERDICTS_ON_MYANMAR
    assert (folder / "report.html").stat().st_size > 50_000


def _case_of_two(folder: Path, *names: str) -> Path:
    folder.mkdir()
    inputs = "".join(f'\n[[inputs]]\nfile = "{name}"\nas = "ucdp"\n' for name in names)
    (folder / "case.toml").write_text(f'name = "Two"\n{inputs}', encoding="utf-8")
    return folder


def test_data_finds_files_in_the_folders_below_it(tmp_path: Path) -> None:
    case_folder = _case_of_two(tmp_path / "case", "a.csv", "deep/b.csv")
    for place in ("one/a.csv", "deep/b.csv"):
        (tmp_path / "data" / place).parent.mkdir(parents=True)
        write_ged(tmp_path / "data" / place, [row(1 + len(place))])
    with salience.open(case_folder, data=tmp_path / "data") as case:
        assert [i.file for i in case.run().imports] == ["a.csv", "b.csv"]


def test_a_file_that_lies_in_two_folders_is_not_guessed(tmp_path: Path) -> None:
    case_folder = _case_of_two(tmp_path / "case", "a.csv", "b.csv")
    for place in ("one/a.csv", "two/a.csv", "one/b.csv"):
        (tmp_path / "data" / place).parent.mkdir(parents=True, exist_ok=True)
        write_ged(tmp_path / "data" / place, [row(1)])
    with (
        salience.open(case_folder, data=tmp_path / "data") as case,
        pytest.raises(InputError, match=r'several folders: one, two\. Name one of them: file = "one/a\.csv"'),
    ):
        case.run()
    write_ged(tmp_path / "data" / "a.csv", [row(2)])  # what lies in the folder itself comes first
    with salience.open(case_folder, data=tmp_path / "data") as case:
        assert len(case.run().imports) == 2
