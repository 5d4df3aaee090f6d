"""The file of a delivery pipeline: where the source is, and which environments follow each other."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from pydantic.json_schema import SkipJsonSchema

from settings.fields import AccountId, ConnectionArn, Name, Region, Repository
from settings.forms import Form, Section, wrong

_STEM = Form(
    "[a-z][a-z0-9-]{0,24}",
    "must be called by 1-25 lower-case letters, digits and hyphens, a letter first",
    "rename it: the pipeline's stack is called after it",
)
Branch = Annotated[
    str,
    Form(
        r"(?!refs/)[^\s~^:?*\[\\\x00-\x1f\x7f]+",
        "must be a branch such as main or release/1.2",
        "write its name alone, without refs/heads/ before it and without spaces",
    ),
]
_CHECKS = ("make check", "make test-quick WORKERS=2")


class Source(Section):
    """A repository that AWS CodeConnections reaches: GitHub, GitLab, Bitbucket."""

    connection_arn: ConnectionArn
    """The connection, made by hand once: somebody has to agree to it in the repository's own pages."""
    repository: Repository
    """Owner and name of the repository."""
    branch: Branch = "main"
    """Each push to this branch starts the pipeline."""


class Wave(Section):
    """Environments that are deployed at the same time, after the wave before."""

    name: Name
    """Name of the wave, as the pipeline shows it."""
    environments: Annotated[tuple[Name, ...], Field(min_length=1)]
    """Names of files in environments/, without their ending."""
    approval: bool = False
    """Whether a person has to agree before the wave begins."""


class Pipeline(Section):
    """One pipeline: its own account and region, its source, its waves."""

    name: SkipJsonSchema[Annotated[str, _STEM]]
    """Name of the pipeline's stack: the file's name without its ending."""
    account: AccountId
    """The account that the pipeline runs in, 12 digits in quotes; the environments may be in others."""
    region: Region
    """The region that the pipeline runs in."""
    source: Source
    """Where the settings and the code come from."""
    checks: tuple[str, ...] = _CHECKS
    """Commands that must succeed before anything is deployed; they run in CodeBuild, without a browser."""
    confirm_broadening: bool = True
    """Whether a change that gives more IAM permissions, or opens a security group wider, waits for a person."""
    waves: Annotated[tuple[Wave, ...], Field(min_length=1)]
    """What is deployed, in this order."""

    @field_validator("waves")
    @classmethod
    def _each_once(cls, waves: tuple[Wave, ...]) -> tuple[Wave, ...]:
        names = [name for wave in waves for name in wave.environments]
        if len({*names}) < len(names) or len({wave.name for wave in waves}) < len(waves):
            raise wrong("must name each wave and each environment once", "remove the repeated one")
        return waves

    @property
    def environments(self) -> tuple[str, ...]:
        """All environments, in the order of the waves."""
        return tuple(name for wave in self.waves for name in wave.environments)
