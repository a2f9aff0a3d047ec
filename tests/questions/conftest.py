"""Every answer that these tests get holds only estimates that quantities.toml declares: claims refer to them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import wraps
from typing import Any

import pytest

from salience.questions.answer import Answer
from salience.questions.quantities import describe_quantities

# Answers made by hand to test the answer itself.
BY_HAND = "tests/questions/test_answer.py"


@pytest.fixture(autouse=True, scope="session")
def estimates_are_declared(request: pytest.FixtureRequest) -> Iterator[None]:
    made = Answer.__init__

    @wraps(made)
    def checked(self: Answer, *args: Any, **named: Any) -> None:
        made(self, *args, **named)
        asked = describe_quantities(self.question) if self.estimates else None
        strange = [e.name for e in self.estimates if asked is not None and asked.find(e.name) is None]
        assert not strange, f"quantities.toml does not declare {strange} of {self.question}"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Answer, "__init__", checked)
        yield
