"""The page on simulated conflicts shows what its snippet really prints."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "worlds.md"


def test_the_snippet_prints_what_the_page_says(capsys):
    page = PAGE.read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (expected,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    exec(compile(snippet, str(PAGE), "exec"), {})
    assert capsys.readouterr().out == expected
