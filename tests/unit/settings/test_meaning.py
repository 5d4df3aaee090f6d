"""What settings mean to the VPC CNI and to DNS."""

import pytest

from settings import load


def test_all_four_variables_are_set_by_default_on_the_right_containers():
    """DISABLE_TCP_EARLY_DEMUX belongs to the init container, the others to aws-node."""
    found = load("prod").pod_networking.variables()
    assert found == {
        "aws-node": {
            "AWS_VPC_K8S_CNI_EXTERNALSNAT": "true",
            "ENABLE_POD_ENI": "true",
            "POD_SECURITY_GROUP_ENFORCING_MODE": "standard",
        },
        "aws-vpc-cni-init": {"DISABLE_TCP_EARLY_DEMUX": "true"},
    }


@pytest.mark.parametrize(
    ("update", "container", "variable", "value"),
    [
        ({"external_snat": False}, "aws-node", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "false"),
        ({"enforcing_mode": "strict"}, "aws-node", "POD_SECURITY_GROUP_ENFORCING_MODE", "strict"),
        ({"exclude_snat_cidrs": ("10.1.0.0/16", "10.2.0.0/16")}, "aws-node", "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS",
         "10.1.0.0/16,10.2.0.0/16"),
        ({"env": {"WARM_IP_TARGET": "4"}}, "aws-node", "WARM_IP_TARGET", "4"),
    ],
)  # fmt: skip
def test_a_setting_becomes_its_variable(update, container, variable, value):
    """Each setting reaches the variable that the CNI reads."""
    found = load("prod").pod_networking.model_copy(update=update).variables()
    assert found[container][variable] == value


def test_early_demux_left_alone_leaves_the_init_container_alone():
    """Without the setting podnet owns nothing in the init container."""
    found = load("prod").pod_networking.model_copy(update={"disable_tcp_early_demux": False}).variables()
    assert list(found) == ["aws-node"]


def test_cluster_dns_is_the_tenth_address_of_the_service_range():
    """EKS gives kube-dns the .10 of the range, whatever the range is."""
    settings = load("dev")
    moved = settings.model_copy(
        update={"cluster": settings.cluster.model_copy(update={"service_cidr": "10.100.0.0/16"})}
    )
    assert (settings.cluster_dns_ip, moved.cluster_dns_ip) == ("172.20.0.10", "10.100.0.10")
