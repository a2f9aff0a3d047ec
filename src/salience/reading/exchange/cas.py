"""UIMA CAS as XMI, one document a text, for INCEpTION and other tools of UIMA, through dkpro-cassis.

UIMA counts UTF-16 code units; cassis converts, and we check that it did. Characters that XML cannot hold, such as form
feeds, stand as spaces in the file; places stay the same.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from salience.errors import InputError
from salience.reading.exchange.model import Annotation, Bundle, Files, text_or_none

TYPE = "webanno.custom.Salience"
FEATURES = ("kind", "value", "speaker", "about")
SYSTEM = "TypeSystem.xml"
EXTRA = "pip install 'salience[text]'"
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LARGEST = 500_000_000  # bytes of one unpacked file
WHEN = (1980, 1, 1, 0, 0, 0)  # a constant, so that the same record gives the same zip


def write_cas(bundle: Bundle) -> Files:
    """Return a zip of one XMI a text with what stands in it as drafts, and their type system.

    Raises
    ------
    InputError
        dkpro-cassis is not installed.
    """
    cassis = _cassis()
    system = _type_system(cassis)
    kind = system.get_type(TYPE)
    packed, written = io.BytesIO(), 0
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(SYSTEM, WHEN), system.to_xml())
        for sha, content, told in bundle.by_text(drafts=True):
            cas = cassis.Cas(typesystem=system)
            cas.sofa_string, cas.sofa_mime = xml_safe(content), "text/plain"
            for one in told:
                values = {"kind": one.kind, "value": one.value, "speaker": one.speaker, "about": one.about}
                safe = {name: xml_safe(value) for name, value in values.items() if value is not None}
                cas.add(kind(begin=one.start, end=one.end, **safe))
            archive.writestr(zipfile.ZipInfo(f"{sha}.xmi", WHEN), cas.to_xmi())
            written += len(told)
    return Files(packed.getvalue(), written)


def read_cas(path: Path) -> list[Annotation]:
    """Read XMI files: one beside its TypeSystem.xml, or a zip of some with theirs.

    Raises
    ------
    InputError
        dkpro-cassis is not installed, the zip is damaged, a type system is missing, or a file is no XMI.
    """
    cassis = _cassis()
    found: list[Annotation] = []
    for name, xmi, types in _files(path):
        try:
            # A place between the halves of a pair is only warned of by cassis; here it is an error.
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                system = cassis.load_typesystem(io.BytesIO(types))
                cas = cassis.load_cas_from_xmi(io.BytesIO(xmi), typesystem=system, lenient=True)
        except Exception as error:
            raise InputError(
                f"{name} cannot be read as XMI: {error}. Nothing was taken.", file=path.name
            ) from error
        if not any(known.name == TYPE for known in system.get_types()):
            raise InputError(
                f"the type system of {name} has no {TYPE}; in INCEpTION the layer must be called Salience, with the "
                f"features {', '.join(FEATURES)}. Nothing was taken.",
                file=path.name,
            )
        found += _annotations(cas, name)
    return found


def xml_safe(text: str) -> str:
    """Return a text in which characters that XML cannot hold are spaces."""
    return NOT_XML.sub(" ", text)


def _annotations(cas: Any, name: str) -> Iterator[Annotation]:
    content = cas.sofa_string or ""
    stem = Path(name).stem
    sha = stem if re.fullmatch("[0-9a-f]{64}", stem) else None
    for place, one in enumerate(cas.select(TYPE), start=1):
        told = {feature: text_or_none(getattr(one, feature, None)) for feature in FEATURES}
        yield Annotation(
            one.begin, one.end, content[one.begin : one.end], told["kind"] or "", sha256=sha, value=told["value"],
            content=None if sha else content, speaker=told["speaker"], about=told["about"],
            where=f"{name}, annotation {place}",
        )  # fmt: skip


def _files(path: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """Give each XMI with its type system: in a zip the one in the nearest folder above, else the file beside it."""
    if path.suffix.lower() == ".xmi":
        beside = path.with_name(SYSTEM)
        if not beside.is_file():
            raise InputError(
                f"{SYSTEM} is expected beside it; export both. Nothing was taken.", file=path.name
            )
        yield path.name, path.read_bytes(), beside.read_bytes()
        return
    try:
        with zipfile.ZipFile(path) as archive:
            if any(info.file_size > LARGEST for info in archive.infolist()):
                raise InputError("a file in the zip is larger than 500 MB; nothing was taken", file=path.name)
            names = archive.namelist()
            for name in sorted(n for n in names if n.lower().endswith(".xmi")):
                folders = [f"{folder}/{SYSTEM}".removeprefix("./") for folder in map(str, Path(name).parents)]
                types = next((n for n in folders if n in names), None)
                if types is None:
                    raise InputError(f"{name} has no {SYSTEM} in the zip; nothing was taken", file=path.name)
                yield name, archive.read(name), archive.read(types)
    except zipfile.BadZipFile as error:
        raise InputError(
            f"the zip is damaged or cut off ({error}); nothing was taken", file=path.name
        ) from error


def _type_system(cassis: Any) -> Any:
    system = cassis.TypeSystem()
    kind = system.create_type(name=TYPE, supertypeName="uima.tcas.Annotation")
    for feature in FEATURES:
        system.create_feature(domainType=kind, name=feature, rangeType="uima.cas.String")
    return system


def _cassis() -> Any:
    try:
        import cassis
    except ImportError as error:
        raise InputError(f"UIMA CAS needs dkpro-cassis: {EXTRA}") from error
    return cassis
