"""How pods reach the network: the VPC CNI's variables, the node-local DNS cache, and the watch over both."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from settings.dns_cache import DnsCache
from settings.fields import AddonVersion, AnyRange, EnvValue, Line, TopicArn, Variable
from settings.forms import Section

Value = Annotated[EnvValue, Field(max_length=1024)]


class VpcCni(Section):
    """The vpc-cni add-on."""

    version: AddonVersion
    """Version of the add-on; `standard` needs 1.11 or later. For an existing cluster: what its owner installed."""
    resolve_conflicts: Literal["NONE", "OVERWRITE", "PRESERVE"] = "PRESERVE"
    """What an add-on update does with values that others changed. podnet's own are put back in any case."""


class Drift(Section):
    """The watch that looks after the values between deploys; CloudFormation never does."""

    every_minutes: Annotated[int, Field(ge=0, le=480)] = 15
    """How often it looks; 0 switches it off."""
    repair: bool = True
    """true: drift is put right. false: it is only reported."""
    alarm_topic_arn: TopicArn | None = None
    """Topic that hears about drift, failures and silence. CloudWatch must be admitted by it, and by its KMS key."""


class PodNetworking(Section):
    """Variables of `aws-node`, the node cache, and how their roll-out is judged."""

    vpc_cni: VpcCni
    """The add-on that carries aws-node."""
    enforcing_mode: Literal["standard", "strict"] = "standard"
    """POD_SECURITY_GROUP_ENFORCING_MODE. `strict` sends every packet through the VPC: no node cache can be reached."""
    external_snat: bool = True
    """AWS_VPC_K8S_CNI_EXTERNALSNAT. true: a peer sees the pod's address and group; NAT gateways serve the internet."""
    exclude_snat_cidrs: tuple[AnyRange, ...] = ()
    """AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: with external_snat false, the ranges that see pod addresses all the same."""
    disable_tcp_early_demux: bool = True
    """DISABLE_TCP_EARLY_DEMUX on the init container. For kubelet's probes in `strict`; no effect in `standard`. false:
    podnet does not set it, and puts back what it had replaced; a value that somebody else gives it stays."""
    env: dict[Variable, Value] = Field(default_factory=dict)
    """More variables of the aws-node container, such as WARM_IP_TARGET. Values are text."""
    addon_configuration: bool = True
    """true: the values also stand in the add-on's own configuration. false: only podnet's custom resource sets them."""
    rollout_limit_minutes: Annotated[int, Field(ge=1, le=45)] = 30
    """How long a roll-out of aws-node or the node cache may take; CloudFormation itself waits an hour."""
    dead_nodes: Literal["count-out", "refuse"] = "count-out"
    """Nodes whose aws-node is not available before the change: not waited for, or a reason to stop before it."""
    run_again: Annotated[Line, Field(max_length=64)] = ""
    """Any new text makes the next deploy run the custom resource and apply every manifest again: a repair on demand."""
    kube_proxy_mode: Literal["iptables", "ipvs", "nftables"] = "iptables"
    """Of the cluster. podnet installs kube-proxy with iptables; say so where an existing cluster has another one."""
    drift: Drift = Drift()
    """The watch between deploys."""
    dns_cache: DnsCache = DnsCache()
    """NodeLocal DNSCache."""

    @property
    def custom_networking(self) -> bool:
        """Whether pods get addresses of other subnets than the node's, and the primary interface carries none."""
        return self.env.get("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG") == "true"

    @property
    def prefixes(self) -> bool:
        """Whether interfaces carry prefixes of 16 addresses in place of single ones."""
        return self.env.get("ENABLE_PREFIX_DELEGATION") == "true"

    def variables(self) -> dict[str, dict[str, str]]:
        """Return {container: {variable: value}} for aws-node: what these settings mean to the VPC CNI (its README)."""
        node = {
            "AWS_VPC_K8S_CNI_EXTERNALSNAT": str(self.external_snat).lower(),
            "ENABLE_POD_ENI": "true",
            "POD_SECURITY_GROUP_ENFORCING_MODE": self.enforcing_mode,
            **self.env,
        }
        if self.exclude_snat_cidrs:
            node["AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"] = ",".join(self.exclude_snat_cidrs)
        found = {"aws-node": dict(sorted(node.items()))}
        if self.disable_tcp_early_demux:
            found["aws-vpc-cni-init"] = {"DISABLE_TCP_EARLY_DEMUX": "true"}
        return found
