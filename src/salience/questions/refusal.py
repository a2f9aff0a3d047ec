"""A refusal is an answer: what a question says when the record holds nothing that it could be asked of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from pydantic import BaseModel

from salience.errors import NothingToAskError
from salience.questions.answer import Answer, Method, Table
from salience.questions.frames import Tables
from salience.questions.setting import Setting

Ask = Callable[..., Answer]


def refuses(question: str, methods: Sequence[Method]) -> Callable[[Ask], Ask]:
    """Turn a `NothingToAskError` of a question into an answer without estimates, so that a run goes on.

    Parameters
    ----------
    question : str
        Its name.
    methods : sequence of Method
        Those that it would have used.
    """

    def decorate(ask: Ask) -> Ask:
        @wraps(ask)
        def asked(record: Tables, params: BaseModel, setting: Setting, **others: Any) -> Answer:
            try:
                return ask(record, params, setting, **others)
            except NothingToAskError as error:
                reason = str(error).rstrip(".")
            found = getattr(record, "fingerprint", None)
            said = f"The record cannot answer: {reason}."
            return Answer(
                question=question,
                headline=said,
                estimates=(),
                tables=(Table("nothing", "Nothing to show", (), ()),),
                figures=(),
                assumptions=(),
                warnings=(said,),
                evidence=(),
                method=tuple(methods),
                params=params.model_dump(mode="json", by_alias=True)
                | {"setting": setting.model_dump(mode="json")},
                seed=others.get("seed", 0),
                record=str(found()) if callable(found) else "",
                version=others.get("version", ""),
            )

        return asked

    return decorate
