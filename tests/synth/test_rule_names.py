"""Rules that AWS or CloudFormation takes for one another, though they are written otherwise."""

import copy
import json

import pytest
import yaml

from settings import Settings
from settings.files import FOLDER
from settings.references import check

CLUSTER, NODES = "sg-0e1a2b3c4d5e6f703", "sg-0e1a2b3c4d5e6f7aa"
OF_NODES, TO_NODES = {"security_group_id": NODES, "port": 5432}, {"port": 5432, "to": {"security_group_id": NODES}}
FILES = {name: yaml.safe_load((FOLDER / f"{name}.yaml").read_text()) for name in ("dev", "existing")}


def _beside(name, **rules):
    """A workload beside shop/orders-api."""
    return lambda c: c["workloads"].append({"name": name, "namespace": "shop", "pod_labels": {"app": "x"}, **rules})


def _admitting(name, port, end):
    return _beside(name, ingress=[{"port": port, "from": end}])


def _in_another_namespace(c):
    """Its rules stand in another stack."""
    c["workloads"].append({**copy.deepcopy(c["workloads"][0]), "name": "ordersapi", "namespace": "monitoring"})


def _reaching(name, port):
    return _beside(name, reaches=[{"peer": "data", "port": port}])


def _each(*changes):
    return lambda c: [change(c) for change in changes]


def _ranges(*pairs, end=("cluster", True), key="ingress"):
    side = "from" if key == "ingress" else "to"
    ports = [{"port": first} if first == last else {"port": first, "to_port": last} for first, last in pairs]
    rules = [{**port, side: dict([end])} for port in ports]
    return lambda c: c["workloads"][0].update({key: rules})


def _from_a_workload_called_cluster(c):
    _admitting("cluster", 80, {"cluster": True})(c)
    c["workloads"][0]["ingress"].append({"port": 8080, "from": {"workload": "cluster"}})


def _of_two_namespaces(c):
    """`shop/a` from `monitoring/b-c`, and `shop/a` from `monitoring/bc`."""
    for name in ("b-c", "bc"):
        c["workloads"].append({"name": name, "namespace": "monitoring", "pod_labels": {"app": name}, "egress": []})
        c["workloads"][0]["ingress"].append({"port": 1, "from": {"workload": name, "namespace": "monitoring"}})


def _in_namespaces_that_read_alike(c):
    """`shop/a-b` from `z/x`, and `shop-a/b` from `z/x`: both rules stand in the stack of `z`."""
    c["workloads"].append({"name": "x", "namespace": "z", "pod_labels": {"app": "x"}, "egress": []})
    for namespace, name in (("shop", "a-b"), ("shop-a", "b")):
        rules = [{"port": 1, "from": {"workload": "x", "namespace": "z"}}]
        c["workloads"].append({"name": name, "namespace": namespace, "pod_labels": {"app": name}, "ingress": rules})


def _found(name, change):
    content = copy.deepcopy(FILES[name])
    change(content)
    return content, {problem.path: problem.got for problem in check(content)}


@pytest.mark.parametrize(
    ("change", "path", "first"),
    [
        (_admitting("ordersapi", 8080, {"cluster": True}), "workloads[3].ingress[0]", "workloads[0].ingress[0]"),
        (_reaching("ordersapi", 5432), "workloads[3].reaches[0]", "workloads[0].reaches[0]"),
        (
            _beside("ordersapi", reaches=[{"security_group_id": "sg-0d1a2b3c4d5e6f703", "port": 5432}]),  # the peer's
            "workloads[3].reaches[0]",
            "workloads[0].reaches[0]",
        ),
        (
            _each(_beside("a-b", egress=[], reaches=[OF_NODES]), _beside("ab", egress=[TO_NODES])),
            "workloads[4].egress[0]",
            "workloads[3].reaches[0]",
        ),
        (_from_a_workload_called_cluster, "workloads[0].ingress[1]", "workloads[0].ingress[0]"),
        (_of_two_namespaces, "workloads[0].ingress[2]", "workloads[0].ingress[1]"),
        (_ranges((1234, 1234), (123, 41234)), "workloads[0].ingress[1]", "workloads[0].ingress[0]"),
        (_in_namespaces_that_read_alike, "workloads[5].ingress[0]", "workloads[4].ingress[0]"),
        *(
            (_ranges((1, 2345), (12, 345), end=end, key=key), f"workloads[0].{key}[1]", f"workloads[0].{key}[0]")
            for key in ("ingress", "egress")
            for end in (("cluster", True), ("security_group_id", NODES), ("prefix_list_id", "pl-0e1a2b3c4d5e6f7aa"))
        ),
    ],
)
def test_rules_of_one_name_are_told(synthesized, change, path, first):
    """CDK finds a name twice and says so in a traceback."""
    content, problems = _found("dev", change)
    assert problems == {path: f"the name of {first}"}
    with pytest.raises(RuntimeError, match="already"):
        synthesized(Settings.model_validate_json(json.dumps({**content, "name": "dev"})))


@pytest.mark.parametrize(
    "change",
    [
        _admitting("ordersapi", 8081, {"cluster": True}),
        _admitting("ordersapi", 8080, {"workload": "orders-api"}),
        _admitting("cluster", 8080, {"cluster": True}),
        _reaching("ordersapi", 5433),
        _beside("ordersapi", reaches=[OF_NODES]),
        _each(_beside("a-b", reaches=[{**OF_NODES, "security_group_id": CLUSTER}]), _beside("ab", reaches=[OF_NODES])),
        _each(lambda c: c["peers"][0].pop("peer_side"), _reaching("ordersapi", 5432)),
        _beside("ordersapi", ingress=[{"port": 8080, "protocol": "udp", "from": {"cluster": True}}]),
        _in_another_namespace,
        _ranges((1, 2345), (12, 346)),
        lambda c: c["workloads"][0]["reaches"].append({"peer": "data", "port": 5432, "host": "other.example"}),
    ],
)
def test_rules_of_other_names_stand_beside_each_other(synthesized, change):
    """What has no rule of the same name is not refused for how it is called."""
    content, problems = _found("dev", change)
    assert problems == {}
    synthesized(Settings.model_validate_json(json.dumps({**content, "name": "dev"})))


@pytest.mark.parametrize(("group", "nodes"), [(CLUSTER, None), (NODES, NODES)])
@pytest.mark.parametrize(("key", "end"), [("ingress", "from"), ("egress", "to")])
def test_the_clusters_group_by_its_id_is_the_cluster(group, nodes, key, end):
    """EC2 refuses the second rule (EC2 API reference, AuthorizeSecurityGroupIngress), and the stack is rolled back."""

    def change(content):
        content["existing_cluster"]["node_security_group_id"] = nodes
        ends = ({"cluster": True}, {"security_group_id": group})
        content["workloads"][0][key] = [{"port": 8080, end: other, "description": str(other)} for other in ends]

    _, problems = _found("existing", change)
    assert problems == {f"workloads[0].{key}[1]": f"the same once more, '{group}' is what `cluster: true` means"}


@pytest.mark.parametrize(("group", "nodes"), [(CLUSTER, None), (NODES, NODES)])
def test_what_lies_behind_the_clusters_group_is_opened_once(group, nodes):
    """A rule to the cluster opens the same port of the same group: the stack with both is rolled back."""

    def change(content, *egress):
        content["existing_cluster"]["node_security_group_id"] = nodes
        reaches = [{"security_group_id": group, "port": 10250}, {"security_group_id": group, "port": 9100}]
        content["workloads"][0].update(egress=[*egress], reaches=reaches)

    to = {"cluster": True}
    _, problems = _found("existing", lambda c: change(c, {"port": 10250, "to_port": 10250, "to": to}))
    assert problems == {"workloads[0].reaches[0]": f"'{group}', which is what `cluster: true` means"}
    others = {"port": 10250, "to_port": 10260, "to": to}, {"port": 10250, "to": {"security_group_id": group}}
    assert _found("existing", lambda c: change(c, *others))[1] == {}


def test_the_clusters_group_is_another_one_than_the_nodes():
    """Where both are known they have rules of their own."""

    def change(content):
        content["existing_cluster"]["node_security_group_id"] = NODES
        content["workloads"][0]["ingress"].append({"port": 8080, "from": {"security_group_id": CLUSTER}})

    assert _found("existing", change)[1] == {}
