"""Groups that the file names and podnet does not make."""

import signal

import pytest
import yaml
from botocore.stub import Stubber

from rehearsal import given_groups
from rehearsal.aws import Aws
from rehearsal.client_environment import client_environment
from rehearsal.errors import RehearsalError
from rehearsal.estate import Estate
from rehearsal.faults import victims
from rehearsal.faults.trial import Trial
from rehearsal.workspace import PROJECT, Workspace
from settings import load
from tests.rehearsal.observing import ACCOUNT, PEER, REGION, soon
from tests.rehearsal.templates import VPC, resource

GROUP, OTHER, THIRD = (f"sg-0f5a2b3c4d5e6f70{number}" for number in range(3))


def written(folder, name="dev", **changes):
    """A copy of an environment file with other values, under its name."""
    content = yaml.safe_load((PROJECT / "environments" / f"{name}.yaml").read_text())
    file = folder / f"{name}.yaml"
    file.write_text(yaml.safe_dump({key: value for key, value in (content | changes).items() if value is not None}))
    return file


def workloads(*others):
    """A workload with given groups, and rules from and to others."""
    rules = [{"port": 8080 + number, "from": {"security_group_id": other}} for number, other in enumerate(others)]
    egress = [{"port": 443, "to": {"security_group_id": THIRD}}]
    base = {"namespace": "shop", "pod_labels": {"app": "a"}}
    return [{"name": "one", **base, "security_group_ids": [GROUP], "ingress": rules, "egress": egress}]


def test_groups_of_peers_and_of_the_cluster_are_there_already(tmp_path):
    """All others that the file names are to be made, each once."""
    peers = PEER["security_group_ids"][0]
    new = written(tmp_path, workloads=workloads(GROUP, OTHER, peers))
    assert given_groups.given_groups(load(str(new))) == [GROUP, OTHER, THIRD]
    cluster = load("existing").existing_cluster.security_group_id
    existing = written(tmp_path, "existing", workloads=workloads(OTHER, cluster))
    assert given_groups.given_groups(load(str(existing))) == [GROUP, OTHER, THIRD]
    settings = load(str(existing))
    nodes = settings.existing_cluster.model_copy(update={"node_security_group_id": "sg-0f5a2b3c4d5e6f709"})
    made = given_groups.given_groups(settings.model_copy(update={"existing_cluster": nodes}))
    assert made == [GROUP, OTHER, THIRD, "sg-0f5a2b3c4d5e6f709"]


def test_a_given_group_gets_its_id_and_may_be_named(aws, emulator, stack):
    """In the VPC that is asked for, and a rule from it is taken; one in a VPC that is not there is told."""
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.21.0.0/16")["Vpc"]["VpcId"]
    given_groups.make(emulator, ec2, [GROUP, OTHER], vpc)
    made = ec2.describe_security_groups(GroupIds=[GROUP, OTHER])["SecurityGroups"]
    assert [group["VpcId"] for group in made] == [vpc, vpc]
    group = resource("EC2::SecurityGroup", GroupDescription="pods", VpcId=vpc)
    ends = {"GroupId": {"Ref": "Group"}, "SourceSecurityGroupId": GROUP}
    rule = resource("EC2::SecurityGroupIngress", IpProtocol="tcp", FromPort=53, ToPort=53, **ends)
    assert stack(Vpc=VPC, Group=group, Rule=rule) == ""


def test_a_group_that_does_not_come_is_told(aws, emulator, monkeypatch):
    """With its VPC, and without waiting for ever."""
    monkeypatch.setattr(given_groups, "_SECONDS", 0.1)
    with pytest.raises(RehearsalError, match=rf"vpc-0 must have the groups that the file names.*{THIRD}"):
        given_groups.make(emulator, aws("ec2"), [THIRD], "vpc-0")
    assert emulator.clusters() == {}


def test_a_fault_trial_makes_them_again_after_a_killed_emulator(tmp_path):
    """In the VPC of a new account, which comes with the cluster, before anything that names them is deployed."""
    workspace = Workspace(tmp_path / "faults")
    workspace.open()
    trial = Trial(written(tmp_path, workloads=workloads(GROUP, OTHER), peers=None), workspace, chance=None)
    try:
        trial.stage.emulator.start()
        trial._cdk.synth(trial._environment, trial._first).wait()
        victims.strike(victims.emulators(workspace), signal.SIGKILL)
        assert soon(lambda: not victims.emulators(workspace), 20)
        assert trial._restart_what_is_gone("deploy") == ""
        ec2, vpc = trial.stage.aws.ec2, trial._scene.vpc_id
        made = ec2.describe_security_groups(GroupIds=[GROUP, OTHER, THIRD])["SecurityGroups"]
        assert {group["VpcId"] for group in made} == {vpc}
    finally:
        trial.close()
        workspace.close()


def test_a_rule_that_names_the_clusters_group_follows_it(tmp_path, emulator):
    """The estate's cluster has a group with another id than the file's; botocore's stub answers for EKS."""
    cluster = load("existing").existing_cluster.security_group_id
    file = written(tmp_path, "existing", workloads=workloads(cluster))
    where = {"endpoint": emulator.endpoint, "account": ACCOUNT, "region": REGION, "ca": emulator.ca}
    api = Aws(client_environment(Workspace(tmp_path / "state"), **where))
    network = {"clusterSecurityGroupId": OTHER}
    ranges, authority = {"serviceIpv4Cidr": "172.20.0.0/16"}, {"data": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg=="}
    found = {"endpoint": "https://127.0.0.1:6443", "resourcesVpcConfig": network}
    cluster = {**found, "kubernetesNetworkConfig": ranges, "certificateAuthority": authority}
    estate = Estate(file, load(str(file)), api)
    estate._outputs = {"Vpc": "vpc-0e1a2b3c4d5e6f701", "Subnets": "subnet-0e1a2b3c4d5e6f711,subnet-0e1a2b3c4d5e6f712"}
    with Stubber(api.eks) as eks:
        eks.add_response("describe_cluster", {"cluster": cluster})
        filled = load(str(estate.fill(tmp_path / "filled")))
    assert filled.existing_cluster.security_group_id == OTHER
    assert filled.workloads[0].ingress[0].source.security_group_id == OTHER
