"""The vpc-cni add-on with its values in the add-on's own configuration."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Mapping


class VpcCniAddon(Construct):
    """Installs aws-node as EKS's add-on. The L2 `Addon` has no resolveConflicts (aws/aws-cdk#34903), so this is the L1.

    Values given here belong to field manager `eks`: an add-on update keeps them, where values set by `kubectl set env`
    are put back to defaults (EKS user guide, "Determine fields you can customize for Amazon EKS add-ons").
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        version: str,
        env: Mapping[str, Mapping[str, str]],
        resolve_conflicts: str = "PRESERVE",
    ) -> None:
        """Install the add-on.

        `env` maps container to variables; empty: the add-on keeps its defaults. The software stays when the resource is
        deleted: a cluster without a CNI cannot start a pod.
        """
        super().__init__(scope, construct_id)
        self.version = version
        self.configuration = configuration(env)
        self.resource = eks.CfnAddon(
            self,
            "Resource",
            cluster_name=cluster.cluster_name,
            addon_name="vpc-cni",
            addon_version=version,
            configuration_values=self.configuration or None,
            preserve_on_delete=True,
            resolve_conflicts=resolve_conflicts,
        )


def configuration(env: Mapping[str, Mapping[str, str]]) -> str:
    """Return the add-on's configurationValues (JSON text) for {container: {variable: value}}; empty text for none.

    aws-node's variables stand under `env`, those of its init container under `init.env`; the add-on's schema refuses
    any other place and wants text as values (aws/amazon-vpc-cni-k8s#2491).
    """
    values: dict[str, object] = {}
    if env.get("aws-node"):
        values["env"] = dict(env["aws-node"])
    if env.get("aws-vpc-cni-init"):
        values["init"] = {"env": dict(env["aws-vpc-cni-init"])}
    return json.dumps(values, sort_keys=True) if values else ""
