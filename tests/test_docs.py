"""What README and docs show is run: the Python in the README, and the commands it names."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_the_readmes_python_runs_and_prints_an_answer(tmp_path: Path, demo: Path) -> None:
    (snippet,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL
    )
    shutil.copytree(demo, tmp_path, dirs_exist_ok=True)
    case = tmp_path / "cases" / "simulated"
    truth = json.loads((case / "truth" / "claims.json").read_text(encoding="utf-8"))["claims"]
    verdicts = json.loads((case / "answers" / "claims.json").read_text(encoding="utf-8"))
    found = {each["id"]: each["verdict"] for each in verdicts if each["kind"] == "factual"}
    right = {name: "supported" if told["holds"] else "contradicted" for name, told in truth.items()}
    # One claim is so near the truth that the record cannot decide it.
    assert found == right | {"over-2700": "undecided"}
    done = subprocess.run(
        [sys.executable, "-c", snippet], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "interval" in done.stdout
    assert "deaths_best" in done.stdout
    assert "leak" not in done.stderr
    assert (tmp_path / "cases" / "simulated" / "record" / "event.parquet").is_file()


@pytest.mark.parametrize("name", ["hidden.md", "disparity.md", "reconcile.md", "claims.md"])
def test_the_methods_in_the_docs_print_what_the_docs_show(name: str) -> None:
    page = (ROOT / "docs" / name).read_text(encoding="utf-8")
    (snippet,), (shown,) = (
        re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("python", "text")
    )
    done = subprocess.run([sys.executable, "-c", snippet], capture_output=True, text=True, check=True)
    assert done.stdout == shown


def test_the_claims_in_the_docs_are_ones_that_are_read(tmp_path: Path) -> None:
    from salience.claims import read_claims

    page = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "claims.toml").write_text(shown, encoding="utf-8")
    found = read_claims(tmp_path)
    assert found is not None
    assert [(claim.id, claim.unfinished) for claim in found.claim] == [("low-casualties", ())]


def test_links_between_pages_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "benchmarks" / "README.md"]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not link.startswith("http"):
                assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_mapping_in_the_docs_is_one_that_is_read(tmp_path: Path) -> None:
    from salience.sources.mapped import read_mapping

    (snippet,) = re.findall(
        r"```toml\n(.*?)```", (ROOT / "docs" / "inputs.md").read_text(encoding="utf-8"), re.DOTALL
    )
    (tmp_path / "m.toml").write_text(snippet, encoding="utf-8")
    assert read_mapping(tmp_path / "m.toml").columns["deaths_best"] == "Killed"


def test_the_parameters_in_the_docs_are_the_questions() -> None:
    from salience.cli.params import parse_params
    from salience.questions.attention.params import AttentionParams

    text = (ROOT / "docs" / "attention.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"salience ask CASE attention (.*)", text)
    words = [w.strip('"') for w in line.replace(" --json", "").split()]
    assert AttentionParams(**parse_params("attention", words)).compare == ("NUG", "KIO")
    for name in re.findall(r"\(`(\w+)`, `(\w+)`\)", text)[0]:
        assert name in AttentionParams.model_fields
