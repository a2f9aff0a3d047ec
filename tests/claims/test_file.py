"""`claims.toml`: what is wrong in it is said with the line and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from salience.claims import read_claims
from salience.errors import InputError

GOOD = """\
[thresholds]
supported = 0.9

[[claim]]
id = "one"
text = "The first"

[[claim]]
id = "two"
text = "The second"
span = [3, 9]

  [[claim.part]]
  question = "hidden"
  quantity = "total"
  is = "above"
  threshold = 10

  [[claim.part]]
  joins = "only"
  question = "hidden"
  quantity = "total"
  is = "above"
  threshold = 10
  complement = { quantity = "hidden", is = "below", threshold = 1 }
"""


def write(folder: Path, text: str) -> Path:
    (folder / "claims.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_case_without_the_file_has_no_claims(tmp_path: Path) -> None:
    assert read_claims(tmp_path) is None


def test_a_good_file_is_read(tmp_path: Path) -> None:
    found = read_claims(write(tmp_path, GOOD))
    assert found is not None
    assert found.thresholds.supported == 0.9
    assert found.thresholds.contradicted == 0.05
    assert found.claim[0].unfinished == ("part",)
    assert found.claim[1].unfinished == ()
    assert found.claim[1].part[1].complement is not None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('text = "The second"', 'txt = "The second"', r"line 8: key claim.1.txt: .* Did you mean 'text'"),
        ("threshold = 10\n\n", "treshold = 10\n\n", r"line 13: .*Did you mean 'threshold'"),
        ('is = "above"\n  threshold = 10\n  comp', 'is = "over"\n  threshold = 10\n  comp', r"line 19: .*found 'over'"),
        ('id = "two"', 'id = "one"', r"two claims have the id 'one'"),
        ('id = "two"', 'id = "Two!"', r"line 8: key claim.1.id"),
        ("span = [3, 9]", "span = [9, 3]", r"line 8: .*no start and end"),
        ("supported = 0.9", "supported = 0.4", r"supported \(0.4\) lies above one half"),
        ('  complement = { quantity = "hidden", is = "below", threshold = 1 }\n', "", r"line 19: .*'only' needs"),
        ('  joins = "only"\n', "", r"line 19: .*complement goes with joins = 'only'"),
        ('threshold = 10\n\n', "low = 3\nhigh = 4\n\n", r"line 13: .*go with is = 'within'"),
        ("[[claim]]", "[[claim]", r"not TOML"),
    ],
)  # fmt: skip
def test_faults_name_line_and_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=said):
        read_claims(write(tmp_path, GOOD.replace(old, new, 1)))
