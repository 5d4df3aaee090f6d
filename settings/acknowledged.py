"""Rules of the review that an environment accepts as broken, each with a reason."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.fields import Line
from settings.forms import Form

RuleId = Annotated[
    str,
    Form(
        "[a-z][a-z0-9]*(?:-[a-z0-9]+)*",
        "must be the id of a rule such as peer-owner-does-the-rest",
        "copy the id that the review prints; docs/rules.md lists them",
    ),
]
Reason = Annotated[Line, Field(min_length=10, max_length=300)]
Acknowledged = dict[RuleId, Reason]
