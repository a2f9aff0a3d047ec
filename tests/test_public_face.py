"""What `import salience` gives, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import salience


def test_the_public_names_are_these_and_each_is_there() -> None:
    assert salience.__all__ == [
        "Answer",
        "Case",
        "ParquetRecord",
        "Record",
        "SalienceError",
        "__version__",
        "methods",
        "open",
    ]
    for name in salience.__all__:
        assert getattr(salience, name) is not None
    assert set(salience.__all__) <= set(dir(salience))


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = salience.nothing


def test_methods_can_be_reached_without_further_imports() -> None:
    program = "import salience; print(salience.methods.counts.fit_zero_truncated.__name__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "fit_zero_truncated"


@pytest.mark.parametrize("program", ["import salience", "import salience.cli"])
def test_heavy_libraries_are_not_imported_before_they_are_needed(program: str) -> None:
    heavy = ("numpy", "scipy", "duckdb", "altair", "pyarrow", "pydantic", "narwhals", "rich.console")
    script = f"{program}; import sys; print(*[m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
