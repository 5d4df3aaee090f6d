"""Rules about the add-on's own configuration, checked against its JSON schema without asking AWS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from review.data import table
from review.rules.at import At
from review.rules.nearest import nearest
from review.rules.rule import rule
from review.rules.versions import number
from settings.problems import show
from settings.references import SETTINGS_OF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_ENV = "pod_networking.env"
_OWN = "pod_networking.addon_configuration"
_SCHEMA = "configuration schema of vpc-cni v1.15.1-eksbuild.1, additionalProperties: false"
_TARGETS = {"MINIMUM_IP_TARGET", "WARM_ENI_TARGET", "WARM_IP_TARGET", "WARM_PREFIX_TARGET"}
_FORMS = {"boolean": "true|false", "integer": "-?[0-9]+", "": ".*"}


def _in_addon(settings: Settings) -> bool:
    return settings.cluster is not None and settings.pod_networking.addon_configuration


def _places(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield where each value stands in configurationValues: place, variable, value."""
    for container, variables in settings.pod_networking.variables().items():
        place = "env" if container == "aws-node" else "init.env"
        for name, value in variables.items():
            yield place, name, value


def _unknown(settings: Settings) -> Iterator[str]:
    """Yield the variables that the schema does not have at their place."""
    schema = table("addon_schema")
    yield from (name for place, name, _ in _places(settings) if name not in schema[place])


def _documented(settings: Settings, name: str) -> bool:
    """Return whether the CNI documents the variable and the add-on is newer than the schema that is known."""
    newer = number(settings.pod_networking.vpc_cni.version) > number(table("addon_schema")["version"])
    return newer and name in table("cni_variables")["since"]


def _near(name: str) -> str:
    near = nearest(name, table("addon_schema")["env"])
    if near in SETTINGS_OF:
        setting = SETTINGS_OF[near]
        return f"use pod_networking.{setting}" if setting else f"remove it: podnet sets {near} itself"
    return f"write {near}, or set addon_configuration: false" if near else ""


@rule(
    "addon-schema-has-the-variables",
    "error",
    must="hold only variables that the add-on's configuration schema has under env",
    why="EKS refuses the whole configuration for one unknown name, and the stack fails",
    source=f"{_SCHEMA}; aws/amazon-vpc-cni-k8s#2491",
    fix="mend the name, or set addon_configuration: false so that only podnet's own patch carries it",
    paths=(_ENV, _OWN),
)
def addon_schema_has_the_variables(settings: Settings) -> Iterator[At]:
    """Find names that neither the schema nor the CNI's documentation has."""
    for name in _unknown(settings) if _in_addon(settings) else ():
        if not _documented(settings, name):
            yield At(f"{_ENV}.{name}", show(name), _near(name))


@rule(
    "addon-schema-may-lack-the-variable",
    "warning",
    must="be a variable of the add-on's own schema",
    why="the CNI documents the variable, but the schema that is known here is older: EKS may refuse it",
    source=f"{_SCHEMA}; aws/amazon-vpc-cni-k8s, README.md",
    fix="look into `aws eks describe-addon-configuration --addon-name vpc-cni --addon-version <version>`, then "
    "acknowledge it",
    paths=(_ENV, _OWN),
)
def addon_schema_may_lack_the_variable(settings: Settings) -> Iterator[At]:
    """Find documented names that came after the known schema."""
    for name in _unknown(settings) if _in_addon(settings) else ():
        if _documented(settings, name):
            yield At(f"{_ENV}.{name}", name)


@rule(
    "aws-node-knows-the-variables",
    "warning",
    must="hold only variables that aws-node documents",
    why="Kubernetes takes any name, and aws-node ignores one that it does not know",
    source="aws/amazon-vpc-cni-k8s, README.md, CNI Configuration Variables",
    fix="mend the name, or acknowledge it",
    paths=(_ENV,),
)
def aws_node_knows_the_variables(settings: Settings) -> Iterator[At]:
    """Find names that nothing documents, where no schema would refuse them."""
    for name in () if _in_addon(settings) else _unknown(settings):
        if name not in table("cni_variables")["since"]:
            yield At(f"{_ENV}.{name}", name, _near(name).split(",")[0])


@rule(
    "variable-has-its-form",
    "error",
    must="have the form of its variable: true or false, or a whole number",
    why="EKS refuses another form, and aws-node would quietly use its default",
    source=f"{_SCHEMA}, format",
    fix='write "true" or "false", or a number, in quotes',
    paths=(_ENV,),
)
def variable_has_its_form(settings: Settings) -> Iterator[At]:
    """Find values that are no boolean or integer where the schema has one, and targets below 0."""
    for place, name, value in _places(settings):
        if not re.fullmatch(_FORMS[table("addon_schema")[place].get(name, "")], value, re.DOTALL):
            yield At(f"{_ENV}.{name}", show(value))
        elif name in _TARGETS and value.startswith("-"):
            yield At(f"{_ENV}.{name}", show(value), "write 0 or a higher number, in quotes")


@rule(
    "cluster-is-ipv4",
    "error",
    must="leave the address family alone",
    why="EKS sets it with the cluster, and every range and address of podnet is IPv4",
    source="aws/amazon-vpc-cni-k8s, README.md, ENABLE_IPv6",
    fix="remove it",
    paths=(_ENV,),
)
def cluster_is_ipv4(settings: Settings) -> Iterator[At]:
    """Find variables that would change the family."""
    for name, value in settings.pod_networking.env.items():
        if name in ("ENABLE_IPv4", "ENABLE_IPv6"):
            yield At(f"{_ENV}.{name}", show(value))


RULES = (
    addon_schema_has_the_variables,
    addon_schema_may_lack_the_variable,
    aws_node_knows_the_variables,
    variable_has_its_form,
    cluster_is_ipv4,
)
