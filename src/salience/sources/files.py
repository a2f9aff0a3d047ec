"""Taking a file in: kept by content hash, unpacked, decoded to UTF-8 text, told apart from what is no table."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from salience.errors import InputError

CHUNK = 1 << 22
GZIP, ZIP, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"PAR1"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was taken in.

    Attributes
    ----------
    name : str
        Its name as the user gave it.
    sha256 : str
        Of its bytes.
    raw : Path
        Where its bytes are kept.
    text : Path
        UTF-8 text of what it holds; the raw file itself when that is plain UTF-8. For a spreadsheet or
        Parquet file, the raw file.
    form : str
        "text", "xlsx" or "parquet".
    encoding : str
        The encoding it was decoded from; empty for binary forms.
    lines : int
        Line ends in the text; 0 for binary forms.
    """

    name: str
    sha256: str
    raw: Path
    text: Path
    form: str
    encoding: str
    lines: int


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, or raise InputError when it cannot be read."""
    _require_readable(path)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def receive_file(path: Path, raw_folder: Path, incoming: Path, progress: Progress) -> Received:
    """Keep a copy of a file under its hash and give its content as UTF-8 text.

    Parameters
    ----------
    path : Path
        The user's file: plain, `.gz`, a `.zip` that holds one table, `.xlsx` or Parquet.
    raw_folder : Path
        Where files are kept by content hash.
    incoming : Path
        A folder for what is needed only during the import; the caller removes it.
    progress : Callable
        Called with a stage and the share done, 0 to 1.

    Raises
    ------
    InputError
        The file is missing, empty, binary, truncated, an archive without a table, or in no known encoding.
    """
    _require_readable(path)
    with _explained(path):
        progress("keeping a copy", 0.0)
        copy, sha256, lines = _keep(path, incoming)
        form = _form_of(copy, path.name)
        text, encoding = copy, "utf-8"
        if form != "text":
            encoding, lines = "", None
        elif lines is None or _is_packed(copy):
            text, encoding, lines = _decode(_unpack(copy, path.name, incoming), path.name, incoming)
        else:
            _require_table_text(copy, path.name)
        raw = raw_folder / (sha256 + _suffix(path))
        copy.replace(raw)
    return Received(path.name, sha256, raw, raw if text == copy else text, form, encoding, lines or 0)


def _require_readable(path: Path) -> None:
    if path.is_dir():
        raise InputError("this is a folder; name the file in it", file=path.name)
    if not path.exists():
        near = (
            sorted(p.name for p in path.parent.glob("*") if p.is_file())[:5] if path.parent.is_dir() else []
        )
        there = f" In {path.parent} there is: {', '.join(near)}." if near else ""
        raise InputError(f"no such file: {path}.{there}", file=path.name)
    if path.stat().st_size == 0:
        raise InputError("the file is empty", file=path.name)
    if not os.access(path, os.R_OK):
        raise InputError("the file cannot be read: permission denied", file=path.name)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            "the compressed file is cut short or damaged; nothing of it was imported. Fetch it again.",
            file=path.name,
        ) from error
    except zipfile.BadZipFile as error:
        raise InputError("this zip file is damaged; fetch it again", file=path.name) from error
    except PermissionError as error:
        raise InputError(f"cannot write to {error.filename}: permission denied", file=path.name) from error


def _keep(path: Path, incoming: Path) -> tuple[Path, str, int | None]:
    """Copy a file; return the copy, its hash, and the line ends in it when it is UTF-8 throughout.

    One pass: each piece is hashed on another core while it is written and looked at.
    """
    copy, digest, scan = incoming / "copy", hashlib.sha256(), _Utf8Scan()
    with path.open("rb") as source, copy.open("wb") as sink, ThreadPoolExecutor(1) as other_core:
        hashed = None
        while chunk := source.read(CHUNK):
            if hashed is not None:
                hashed.result()
            hashed = other_core.submit(digest.update, chunk)
            sink.write(chunk)
            scan.take(chunk)
    return copy, digest.hexdigest(), scan.finish()


class _Utf8Scan:
    """Counts line ends, until the first byte that is not UTF-8."""

    def __init__(self) -> None:
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.lines, self.valid = 0, True

    def take(self, chunk: bytes) -> None:
        if not self.valid:
            return
        try:
            if not chunk.isascii() or self.decoder.getstate()[0]:
                self.decoder.decode(chunk)
        except UnicodeDecodeError:
            self.valid = False
        self.lines += chunk.count(b"\n")

    def finish(self) -> int | None:
        """Return the number of line ends, or None when the bytes are not UTF-8."""
        try:
            self.decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return None
        return self.lines if self.valid else None


def _suffix(path: Path) -> str:
    """Keep the ending, so that other programs open the raw file; letters and digits alone."""
    endings = [s for s in path.suffixes[-2:] if s[1:].isalnum() and len(s) < 9]
    return "".join(endings).lower()


def _form_of(raw: Path, name: str) -> str:
    with raw.open("rb") as stream:
        head = stream.read(4)
    if head == PARQUET:
        return "parquet"
    if head == OLD_EXCEL:
        raise InputError("this is an old Excel file (.xls); save it as .xlsx or CSV", file=name)
    if head == ZIP:
        with zipfile.ZipFile(raw) as archive:
            if "[Content_Types].xml" in archive.namelist():
                return "xlsx"
    return "text"


def _is_packed(raw: Path) -> bool:
    with raw.open("rb") as stream:
        head = stream.read(4)
    return head[:2] == GZIP or head == ZIP


def _require_table_text(path: Path, name: str) -> None:
    """Refuse what is valid UTF-8 and yet no text, such as a file of zeros."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if _by_mark(head) not in (None, "utf-8-sig"):
        return
    _require_text(head, name)


def _unpack(raw: Path, name: str, incoming: Path) -> Path:
    with raw.open("rb") as stream:
        head = stream.read(4)
    if head[:2] == GZIP:
        with gzip.open(raw) as packed:
            return _write(packed, incoming / "unpacked")
    if head == ZIP:
        with zipfile.ZipFile(raw) as archive:
            member = _only_table(archive, name)
            if member.flag_bits & 1:
                raise InputError("the zip file asks for a password; unpack it first", file=name)
            with archive.open(member) as packed:
                return _write(packed, incoming / "unpacked")
    return raw


def _only_table(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    tables = [
        m
        for m in archive.infolist()
        if Path(m.filename).suffix.lower() in {".csv", ".tsv", ".txt"}
        and not Path(m.filename).name.startswith(".")
        and "__MACOSX" not in m.filename
    ]
    if len(tables) > 1:
        tables = [m for m in tables if Path(m.filename).suffix.lower() == ".csv"]
    if len(tables) == 1:
        return tables[0]
    inside = ", ".join(m.filename for m in archive.infolist()[:8]) or "nothing"
    wanted = "one CSV file is expected"
    raise InputError(
        f"{wanted} in the zip, and it holds {inside}. Unpack it and add the file you want.", file=name
    )


def _write(packed: IO[bytes] | gzip.GzipFile, target: Path) -> Path:
    with target.open("wb") as sink:
        while chunk := packed.read(CHUNK):
            sink.write(chunk)
    return target


def _decode(path: Path, name: str, incoming: Path) -> tuple[Path, str, int]:
    """Return the text as UTF-8, the encoding found, and the number of line ends."""
    with path.open("rb") as stream:
        head = stream.read(1 << 16)
    if not head:
        raise InputError("the file is empty", file=name)
    encoding = _by_mark(head)
    if encoding is None:
        _require_text(head, name)
        lines = _count_utf8_lines(path)
        if lines is not None:
            return path, "utf-8", lines
        encoding = _by_statistics(path, name)
    elif encoding == "utf-8-sig":
        lines = _count_utf8_lines(path)
        if lines is not None:
            return path, "utf-8", lines
        raise InputError("the file begins as UTF-8 and then is not; save it as UTF-8 again", file=name)
    text, lines = _transcode(path, encoding, name, incoming / "text")
    return text, encoding, lines


def _by_mark(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # UTF-16 without a mark: in mostly Latin text every other byte is zero.
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) / 5 and even < len(head) / 50:
        return "utf-16-le"
    if even > len(head) / 5 and odd < len(head) / 50:
        return "utf-16-be"
    return None


def _require_text(head: bytes, name: str) -> None:
    control = sum(head.count(bytes([b])) for b in range(32) if b not in b"\t\n\r\f\v\x1a\x1b")
    if b"\x00" in head or control > len(head) / 100:
        raise InputError(
            "this is a binary file, not a table. CSV, TSV, XLSX, Parquet, or one of these in .gz or .zip is expected.",
            file=name,
        )


def _count_utf8_lines(path: Path) -> int | None:
    """Count line ends, or return None when the bytes are not UTF-8."""
    scan = _Utf8Scan()
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            scan.take(chunk)
            if not scan.valid:
                return None
    return scan.finish()


def _by_statistics(path: Path, name: str) -> str:
    """Guess a one-byte encoding from the bytes above 127 around which the file's words stand."""
    from charset_normalizer import from_bytes

    sample = b"".join(_lines_with_high_bytes(path, 1 << 18))
    best = from_bytes(sample, cp_isolation=["cp1252", "cp1256", "cp1251"], threshold=0.5).best()
    if best is None:
        raise InputError(
            "the text is not UTF-8, UTF-16, Windows-1252, -1251 or -1256. Save it as UTF-8 and add it again.",
            file=name,
        )
    return best.encoding


def _lines_with_high_bytes(path: Path, limit: int) -> Iterator[bytes]:
    size = 0
    with path.open("rb") as stream:
        for line in stream:
            if not line.isascii():
                yield line
                size += len(line)
                if size > limit:
                    return


def _transcode(path: Path, encoding: str, name: str, target: Path) -> tuple[Path, int]:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    with path.open("rb") as source, target.open("w", encoding="utf-8", newline="") as sink:
        try:
            while chunk := source.read(CHUNK):
                text = decoder.decode(chunk)
                lines += text.count("\n")
                sink.write(text)
            sink.write(decoder.decode(b"", final=True))
        except UnicodeDecodeError as error:
            raise InputError(
                f"line {lines + 1:,} holds bytes that {encoding} does not know. Save the file as UTF-8.",
                file=name,
            ) from error
    return target, lines
