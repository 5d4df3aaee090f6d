"""EKS add-ons, and what the vpc-cni add-on's configuration looks like."""

import json
from collections.abc import Mapping

from aws_cdk import aws_eks_v2 as eks
from constructs import Construct


class Addon(Construct):
    """Installs an EKS add-on of a pinned version. The L2 `Addon` has no resolveConflicts (aws/aws-cdk#34903).

    What stands in the configuration belongs to field manager `eks`: an add-on update keeps it, where values set by
    `kubectl set env` go back to defaults (EKS user guide, "Determine fields you can customize for Amazon EKS add-ons").
    The software stays when the resource is deleted: a cluster without its CNI cannot start a pod.
    What others changed, such as CoreDNS's Corefile, stays too: with the API's own choice, NONE, each update would
    fail on it, and its roll back may too (EKS API reference, UpdateAddon, resolveConflicts).
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: eks.ICluster,
        name: str,
        version: str,
        configuration_values: str = "",
        resolve_conflicts: str = "PRESERVE",
    ) -> None:
        """Install the add-on; without `configuration_values` (JSON text) it keeps its defaults.

        `resolve_conflicts` is NONE, OVERWRITE or PRESERVE: what an update does with values that others changed.
        """
        super().__init__(scope, construct_id)
        self.resource = eks.CfnAddon(
            self,
            "Resource",
            cluster_name=cluster.cluster_name,
            addon_name=name,
            addon_version=version,
            configuration_values=configuration_values or None,
            preserve_on_delete=True,
            resolve_conflicts=resolve_conflicts,
        )


def configuration(env: Mapping[str, Mapping[str, str]]) -> str:
    """Return vpc-cni's configuration (JSON text) for {container: {variable: value}}; "" for no variables.

    aws-node's variables stand under `env`, those of its init container under `init.env`; the add-on's schema refuses
    any other place and wants text as values (aws/amazon-vpc-cni-k8s#2491).
    """
    node, init = env.get("aws-node"), env.get("aws-vpc-cni-init")
    values = {**({"env": dict(node)} if node else {}), **({"init": {"env": dict(init)}} if init else {})}
    return json.dumps(values, sort_keys=True) if values else ""
