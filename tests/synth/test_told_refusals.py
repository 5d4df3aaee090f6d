"""What `make diff` calls refused is what a second deploy would make while it stands under another name."""

import copy
import json

import pytest
import yaml
from taken_once import made_twice

from review.changes import compare
from review.content import content
from settings import Settings
from settings.files import FOLDER
from settings.references import check

GATEWAY = {"name": "far", "transit_gateway_id": "tgw-0d1a2b3c4d5e6f701", "cidr": "10.94.0.0/16"}
PEER = {"name": "data", "vpc_id": "vpc-0d1a2b3c4d5e6f701", "cidr": "10.99.0.0/16"}
OTHER = {"name": "more", "vpc_id": "vpc-0d1a2b3c4d5e6f799", "cidr": "10.97.0.0/16"}
TABLE, GROUP = "rtb-0d1a2b3c4d5e6f709", "sg-0e1a2b3c4d5e6f703"


def _peers(*peers):
    def change(content):
        content["peers"] = list(peers)
        content["pod_networking"]["dns_cache"]["stub_domains"] = {}
        for workload in content["workloads"]:
            workload.pop("reaches", None)

    return change


def _back(peer, *tables):
    return {**peer, "peer_side": {"route_table_ids": [*tables]}}


def _rule(end):
    return lambda content: content["workloads"][0].update(ingress=[{"port": 8080, "from": end}])


def _sends(egress, *reaches):
    return lambda content: content["workloads"][0].update(egress=egress, reaches=[*reaches])


TO_CLUSTER, BY_ID = ({"port": 8080, "to": end} for end in ({"cluster": True}, {"security_group_id": GROUP}))
BEHIND = {"port": 8080, "security_group_id": GROUP}
CASES = {
    "renamed": ("dev", _peers(PEER), _peers({**PEER, "name": "other"}), True),
    "renamed, of an existing cluster": ("existing", _peers(PEER), _peers({**PEER, "name": "other"}), False),
    "VPCs change places": (
        "dev",
        _peers(PEER, OTHER),
        _peers({**PEER, "vpc_id": OTHER["vpc_id"]}, {**OTHER, "vpc_id": PEER["vpc_id"]}),
        True,
    ),
    "another VPC": ("dev", _peers(PEER), _peers({**PEER, "vpc_id": OTHER["vpc_id"]}), False),
    "another VPC, of another region": (
        "dev",
        _peers(PEER),
        _peers({**PEER, "vpc_id": OTHER["vpc_id"], "region": "eu-central-1"}),
        False,
    ),
    "a table of another peer": (
        "dev",
        _peers(_back(PEER), _back(GATEWAY, TABLE)),
        _peers(_back(PEER, TABLE), _back(GATEWAY)),
        True,
    ),
    "a table of a peer behind the same gateway": (
        "dev",
        _peers(_back(GATEWAY, TABLE), {**_back(GATEWAY), "name": "low", "cidr": "10.95.0.0/16"}),
        _peers(_back(GATEWAY), {**_back(GATEWAY, TABLE), "name": "low", "cidr": "10.95.0.0/16"}),
        False,
    ),
    "the VPC and its table": (
        "dev",
        _peers(_back(PEER, TABLE)),
        _peers(_back({**PEER, "vpc_id": OTHER["vpc_id"]}, "rtb-0d1a2b3c4d5e6f70a")),
        False,
    ),
    "ranges change places": (
        "dev",
        _peers({**PEER, "further_cidrs": ["100.64.0.0/16"]}),
        _peers({**PEER, "cidr": "100.64.0.0/16", "further_cidrs": [PEER["cidr"]]}),
        True,
    ),
    "the nodes' group by its id": ("existing", _rule({"cluster": True}), _rule({"security_group_id": GROUP}), True),
    "the nodes' group by its id in reaches": ("existing", _sends([TO_CLUSTER]), _sends([], BEHIND), True),
    "the cluster in place of reaches": ("existing", _sends(None, BEHIND), _sends([TO_CLUSTER]), True),
    "another port in reaches": ("existing", _sends([TO_CLUSTER]), _sends([], {**BEHIND, "port": 8081}), False),
    "reaches in place of egress, by the id both": ("existing", _sends([BY_ID]), _sends([], BEHIND), False),
    "another group": ("existing", _rule({"cluster": True}), _rule({"security_group_id": "sg-12345678"}), False),
}


@pytest.mark.parametrize(("name", "before", "after", "refused"), CASES.values(), ids=CASES)
def test_what_is_called_refused_would_be_made_twice(synthesized, name, before, after, refused):
    """And what is not called so would not: the templates are looked at beside the words."""
    both = []
    for change in (before, after):
        file = copy.deepcopy(yaml.safe_load((FOLDER / f"{name}.yaml").read_text()))
        change(file)
        assert check(file) == []
        both.append(Settings.model_validate_json(json.dumps({**file, "name": name})))
    one, other = (content(settings, []) for settings in both)
    kinds = {effect["kind"] for change in compare(one, other, "saved")["changes"] for effect in change["effects"]}
    old, new = (synthesized(settings).templates for settings in both)
    assert (("refused" in kinds), bool(made_twice(old, new))) == (refused, refused)
