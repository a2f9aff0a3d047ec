"""Annotations to other tools and back: the same places in the same text, whatever is written there."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salience.errors import InputError
from salience.reading.exchange import FORMATS, find_format, read_annotations, recognise
from salience.reading.exchange.cas import xml_safe
from salience.reading.exchange.model import Annotation, Bundle
from salience.reading.offsets import Utf16Offsets
from salience.reading.review import MENTION_KINDS, STATEMENT_KINDS, layer_of
from salience.record.ids import stable_id
from salience.record.texts import canonical_text, text_sha256

# Emoji of one and of many code points, right-to-left letters, combining marks, zero-width signs, direction overrides,
# line ends of all sorts, what CSV, JSON and XML must escape, what a spreadsheet runs, and what XML cannot hold.
PIECES = st.sampled_from(
    ["a", "B", " ", "\n", "\t", "🙃", "👩‍👩‍👧", "🇦🇫", "𝒜", "ط", "البان", "می‌خواهم",
     "é", "q\u0323\u0307", "\u200f", "\u202e", "\u2028",
     "\u0085", "\x0b", "\x0c", '"', "'", "'=1", "=cmd", "+", "-", "@", ",", ";", "\\n", "\\", "<b>",
     "&amp;", "]]>", "\ufeff", "۱۴"]
)  # fmt: skip
WRITTEN = st.lists(PIECES, min_size=1, max_size=25).map(lambda parts: canonical_text("".join(parts)))
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def bundles(draw: st.DrawFn) -> Bundle:
    """Give some texts with places marked in them."""
    texts = draw(st.lists(WRITTEN.filter(str.strip), min_size=1, max_size=2, unique=True))
    told = []
    for text in texts:
        sha = text_sha256(text)
        for _ in range(draw(st.integers(1, 4))):
            start = draw(st.integers(0, len(text) - 1))
            end = draw(st.integers(start + 1, len(text)))
            kind = draw(st.sampled_from((*MENTION_KINDS, *STATEMENT_KINDS)))
            said = draw(st.none() | WRITTEN)
            told.append(
                Annotation(
                    start,
                    end,
                    text[start:end],
                    kind,
                    sha256=sha,
                    layer=layer_of(kind),
                    value=said,
                    how="pattern",
                    confidence=0.5,
                    target=stable_id(layer_of(kind), sha, start, end),
                    by="Ana",
                    at="2026-01-01T00:00:00Z",
                    note=draw(st.sampled_from(["", "=why", "چرا 🙃"])),
                )
            )
    return Bundle("case", {text_sha256(text): text for text in texts}, told)


def there_and_back(bundle: Bundle, form: str) -> list[Annotation]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{FORMATS[form].endings[0] if FORMATS[form].endings else '.jsonl'}"
        path.write_bytes(FORMATS[form].write(bundle).content)  # type: ignore[misc]
        if form == "label-studio":
            _annotate(path)
        return read_annotations(path, form)[1]


def _annotate(path: Path) -> None:
    """Do what Label Studio does when a person accepts all predictions."""
    tasks = json.loads(path.read_text(encoding="utf-8"))
    for task in tasks:
        task["annotations"] = [
            {"result": task.pop("predictions")[0]["result"], "completed_by": {"email": "ana@example.org"}}
        ]
    path.write_text(json.dumps(tasks), encoding="utf-8")


def places(told: Sequence[Annotation], bundle: Bundle) -> list[tuple[str, int, int, str]]:
    """Return text, place and kind of each, sorted; the text by its hash or by what the file holds of it."""
    return sorted(
        (one.sha256 or text_sha256(one.content or ""), one.start, one.end, one.kind) for one in told
    )


@pytest.mark.parametrize("form", ["w3c", "csv"])
@given(bundle=bundles())
@FEW
def test_w3c_and_csv_lose_nothing(form: str, bundle: Bundle) -> None:
    def all_told(told: Sequence[Annotation]) -> list[tuple[object, ...]]:
        return sorted(
            (o.sha256, o.start, o.end, o.quote, o.kind, o.layer, o.value or "", o.state, o.by, o.at, o.note)
            for o in told
        )

    assert all_told(there_and_back(bundle, form)) == all_told(bundle.annotations)


@pytest.mark.parametrize("form", ["doccano", "prodigy", "label-studio", "uima"])
@given(bundle=bundles())
@FEW
def test_other_tools_give_back_the_same_places(form: str, bundle: Bundle) -> None:
    found = there_and_back(bundle, form)
    assert places(found, bundle) == places(bundle.annotations, bundle)
    for one in found:
        text = bundle.texts[one.sha256 or text_sha256(one.content or "")]
        if one.quote is not None:
            assert one.quote in (text[one.start : one.end], xml_safe(text[one.start : one.end]))


@given(text=WRITTEN)
@FEW
def test_utf16_places_are_those_of_the_encoded_text(text: str) -> None:
    offsets = Utf16Offsets(text)
    for point in range(len(text) + 1):
        unit = len(text[:point].encode("utf-16-le")) // 2
        assert offsets.units(point) == unit
        assert offsets.point(unit) == point
    assert offsets.point(len(text.encode("utf-16-le")) // 2 + 1) is None
    for point, sign in enumerate(text):
        if ord(sign) > 0xFFFF:
            assert offsets.point(offsets.units(point) + 1) is None


@given(bundle=bundles())
@settings(max_examples=25, deadline=None)
def test_the_format_is_recognised_by_what_stands_in_the_file(bundle: Bundle) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, form in FORMATS.items():
            if form.write is not None:
                path = Path(folder) / "file"
                path.write_bytes(form.write(bundle).content)
                assert recognise(path) == name


def test_label_studio_places_are_utf16_code_units(tmp_path: Path) -> None:
    text = "🙃🙃 the Taliban"
    bundle = Bundle("c", {text_sha256(text): text}, [_marked(text, "Taliban")])
    tasks = json.loads(FORMATS["label-studio"].write(bundle).content)  # type: ignore[misc]
    value = tasks[0]["predictions"][0]["result"][0]["value"]
    # JavaScript: "🙃🙃 the Taliban".indexOf("Taliban") is 9; Python finds it at 7.
    assert (value["start"], value["end"], value["text"]) == (9, 16, "Taliban")


def test_label_studio_may_count_code_points_if_all_its_quotes_say_so(tmp_path: Path) -> None:
    path = tmp_path / "studio.json"
    text = "🙃🙃 the Taliban"
    path.write_text(json.dumps(_task(text, 7, 14, "Taliban")), encoding="utf-8")
    assert [(o.start, o.end) for o in read_annotations(path)[1]] == [(7, 14)]
    path.write_text(json.dumps(_task(text, 9, 16, "Taliban")), encoding="utf-8")
    assert [(o.start, o.end) for o in read_annotations(path)[1]] == [(7, 14)]


@pytest.mark.parametrize(
    ("start", "end", "quote"),
    [(8, 15, "Taliban"), (9, 16, "taliban"), (1, 4, "x"), (9, 99, "Taliban"), (9, 9, "Taliban")],
)
def test_label_studio_is_refused_where_the_quote_does_not_stand(
    tmp_path: Path, start: int, end: int, quote: str
) -> None:
    path = tmp_path / "studio.json"
    path.write_text(json.dumps(_task("🙃🙃 the Taliban", start, end, quote)), encoding="utf-8")
    with pytest.raises(InputError, match="stands at"):
        read_annotations(path)


def test_label_studio_without_quotes_is_refused_where_emoji_make_places_doubtful(tmp_path: Path) -> None:
    path = tmp_path / "studio.json"
    task = _task("🙃 the Taliban", 7, 14, "Taliban")
    del task["annotations"][0]["result"][0]["value"]["text"]
    path.write_text(json.dumps([task]), encoding="utf-8")
    with pytest.raises(InputError, match="count twice"):
        read_annotations(path)


def test_uima_places_are_utf16_code_units(tmp_path: Path) -> None:
    text = "🙃🙃 the Taliban"
    path = tmp_path / "cas.zip"
    path.write_bytes(
        FORMATS["uima"].write(Bundle("c", {text_sha256(text): text}, [_marked(text, "Taliban")])).content
    )  # type: ignore[misc]
    with zipfile.ZipFile(path) as archive:
        xmi = archive.read(f"{text_sha256(text)}.xmi").decode()
    assert 'begin="9"' in xmi
    assert 'end="16"' in xmi


def test_the_w3c_form_has_both_selectors_and_the_hash(tmp_path: Path) -> None:
    text = "x" * 40 + " the Taliban said " + "y" * 40
    told = json.loads(
        FORMATS["w3c"].write(Bundle("c", {text_sha256(text): text}, [_marked(text, "Taliban")])).content
    )  # type: ignore[misc]
    (one,) = told["first"]["items"]
    assert one["target"]["source"] == f"urn:sha256:{text_sha256(text)}"
    position, quote = one["target"]["selector"]
    assert position == {"type": "TextPositionSelector", "start": 45, "end": 52}
    assert quote == {
        "type": "TextQuoteSelector",
        "exact": "Taliban",
        "prefix": text[13:45],
        "suffix": text[52:84],
    }
    assert told["@context"][0] == "http://www.w3.org/ns/anno.jsonld"


@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if form.write])
@given(share=st.floats(0.05, 0.97))
@settings(max_examples=12, deadline=None)
def test_a_file_that_is_cut_off_is_never_read_as_another(form: str, share: float) -> None:
    text = "🙃 the Taliban, طالبان, and the Taliban"
    marked = [_marked(text, "Taliban"), replace(_marked(text, "طالبان"), note="چرا\nدو")]
    whole = FORMATS[form].write(Bundle("c", {text_sha256(text): text}, marked)).content  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(whole[: int(len(whole) * share)])
        try:
            found = read_annotations(path, form)[1]
        except InputError:
            return
        # A table may end after a whole row; then what is read is right.
        assert form == "csv"
        assert {(o.start, o.end) for o in found} <= {(o.start, o.end) for o in marked}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", "", "the file is empty"),
        ("a.jsonl", '{"text": "x"}\n', "no list 'label'"),
        ("a.jsonl", '{"text": "x", "label": [[0, "a", "place"]]}\n', "end is 'a'"),
        ("a.jsonl", '{"text": "x", "spans": [], "answer": "maybe"}\n', "'maybe'"),
        ("a.jsonl", '{"text": "x", "label": []}\n', "no annotation that a person made"),
        ("a.json", '[{"data": {}}]', "no data.text"),
        (
            "a.json",
            '[{"data": {"text": "x"}, "annotations": [{"result": [{"type": "labels", "value": 3}]}]}]',
            "not as Label",
        ),
        ("a.csv", "start,end\n1,2\n", "column text is missing"),
        ("a.csv", "text,start,end,quote,kind\nab,0,1\n", "line 2"),
        ("a.csv", "text,start,end,quote,kind\nab,x,1,q,place\n", "start is 'x'"),
        ("a.jsonld", '{"@context": [], "items": [{"target": {}}]}', "annotation 1"),
        ("a.zip", "PK\x03\x04nothing", "damaged"),
        ("a.xmi", '<xmi:XMI xmlns:xmi="http://www.omg.org/XMI"/>', "TypeSystem.xml is expected"),
        ("a.txt", "Dear all,\n", "none of the formats"),
        ("a.jsonl", '{"text": ' + "[" * 200_000 + "\n", "nested too deeply|no whole JSON"),
    ],
)
def test_a_faulty_file_says_what_is_wrong_and_where(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said) as error:
        read_annotations(path)
    assert name in str(error.value)


def test_an_unknown_ending_or_format_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="jsonld"):
        find_format(Path("x.docx"), None)
    with pytest.raises(InputError, match="label-studio"):
        find_format(Path("x.json"), "brat")


def test_prodigy_answers_are_heeded(tmp_path: Path) -> None:
    task = {"text": "Kabul", "spans": [{"start": 0, "end": 5, "label": "place"}], "_annotator_id": "ben"}
    rows = [task | {"answer": answer} for answer in ("accept", "reject", "ignore")]
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert [(o.state, o.by) for o in read_annotations(path)[1]] == [("accepted", "ben"), ("rejected", "ben")]


def test_doccano_with_relations_is_read(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    entity = {"id": 3, "label": "place", "start_offset": 0, "end_offset": 5}
    path.write_text(
        json.dumps({"id": 1, "text": "Kabul", "entities": [entity], "relations": []}) + "\n", encoding="utf-8"
    )
    assert [(o.start, o.end, o.kind) for o in read_annotations(path)[1]] == [(0, 5, "place")]


def _marked(text: str, words: str) -> Annotation:
    start = text.index(words)
    place = {"sha256": text_sha256(text), "layer": "mention", "target": 5}
    return Annotation(
        start,
        start + len(words),
        words,
        "organisation",
        value=words,
        by="Ana",
        at="2026-01-01T00:00:00Z",
        **place,
    )


def _task(text: str, start: int, end: int, quote: str) -> dict[str, object]:
    value = {"start": start, "end": end, "text": quote, "labels": ["organisation"]}
    region = {"id": "r1", "type": "labels", "from_name": "label", "to_name": "text", "value": value}
    return {"id": 4, "data": {"text": text}, "annotations": [{"result": [region], "completed_by": 3}]}


def test_a_table_parted_by_semicolons_as_spreadsheets_save_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes(b"\xef\xbb\xbftext;start;end;quote;kind;by\r\nab;0;1;'=x;place;Ana\r\n")
    (one,) = read_annotations(path)[1]
    assert (one.start, one.end, one.quote, one.by) == (0, 1, "=x", "Ana")


def test_a_first_line_that_is_a_long_text_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text(
        json.dumps({"text": "Kabul " * 30_000, "label": [[0, 5, "place"]]}) + "\n", encoding="utf-8"
    )
    assert recognise(path) == "doccano"
