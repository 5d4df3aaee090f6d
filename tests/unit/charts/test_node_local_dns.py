"""The objects of the NodeLocalDns chart: the fields that the design rests on."""

import re

import cdk8s
import pytest
from chart_objects import arguments, by_kind, render

from charts.node_local_dns import KubeDnsUpstream, NodeLocalDns, Options

IMAGE = "registry.k8s.io/dns/k8s-dns-node-cache:1.26.8"
DIGEST = "@sha256:" + "0" * 64


def objects(**changes):
    return render(NodeLocalDns, **{"cluster_dns_ip": "172.20.0.10", "image": IMAGE, **changes})


def chart(**changes):
    return NodeLocalDns(cdk8s.App(), "Dns", **{"cluster_dns_ip": "172.20.0.10", "image": IMAGE, **changes})


def daemon_set(**changes):
    return by_kind(objects(**changes), "DaemonSet")["spec"]


def pod(**changes):
    return daemon_set(**changes)["template"]["spec"]


@pytest.fixture(scope="module")
def rendered():
    return objects()


@pytest.fixture(scope="module")
def spec(rendered):
    return by_kind(rendered, "DaemonSet")["spec"]


@pytest.fixture(scope="module")
def node_cache(spec):
    (container,) = spec["template"]["spec"]["containers"]
    return container


def test_the_upstream_service_comes_before_the_daemon_set(rendered):
    """node-cache reads the Service's address from its environment when it starts."""
    kinds = [(o["apiVersion"], o["kind"]) for o in rendered]
    assert kinds.index(("apps/v1", "DaemonSet")) == len(kinds) - 1
    assert by_kind(rendered, "Service", "kube-dns-upstream")["spec"]["selector"] == {"k8s-app": "kube-dns"}


def test_the_upstream_service_is_made_once(rendered):
    """By the cache, or by a chart of its own; a standby asks by that of the first."""
    (alone,) = render(KubeDnsUpstream)
    assert alone == by_kind(rendered, "Service", "kube-dns-upstream")
    for others in (objects(upstream=False), objects(standby=True)):
        assert "kube-dns-upstream" not in {o["metadata"]["name"] for o in others}


def test_everything_is_in_kube_system_under_known_names(rendered):
    assert {o["metadata"]["namespace"] for o in rendered} == {"kube-system"}
    names = {(o["kind"], o["metadata"]["name"]) for o in rendered if o["kind"] != "ConfigMap"}
    assert names == {
        ("ServiceAccount", "node-local-dns"),
        ("Service", "kube-dns-upstream"),
        ("Service", "node-local-dns"),
        ("DaemonSet", "node-local-dns"),
    }


def test_the_stack_can_wait_for_the_daemon_set():
    made = chart()
    assert (made.namespace, made.NAME) == ("kube-system", "node-local-dns")


def test_a_pod_is_replaced_in_place_and_never_beside_the_old_one(spec):
    assert spec["updateStrategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}
    assert spec["minReadySeconds"] == 10


def test_the_cache_tears_down_when_it_stops_and_has_the_time_for_it(spec, node_cache):
    assert not any("skipteardown" in word for word in node_cache["args"])
    assert spec["template"]["spec"]["terminationGracePeriodSeconds"] == 60


def test_node_cache_is_started_with_what_its_safety_rests_on(node_cache):
    assert arguments(node_cache["args"]) == {
        "-localip": "169.254.20.10,172.20.0.10",
        "-conf": "/etc/Corefile",
        "-upstreamsvc": "kube-dns-upstream",
        "-pidfile": "/tmp/node-cache.pid",  # noqa: S108  the container's
        "-health-port": "8080",
        "-metrics-listen-address": "0.0.0.0:9353",
        "-reloadwithsignal": "true",
    }


def test_the_container_may_change_the_network_and_is_not_limited_in_memory(node_cache):
    assert node_cache["securityContext"] == {"runAsUser": 0, "capabilities": {"add": ["NET_ADMIN"]}}
    assert node_cache["resources"] == {"requests": {"cpu": "25m", "memory": "137Mi"}}


def test_the_pod_lives_in_the_node_network_with_the_node_resolver(spec):
    made = spec["template"]["spec"]
    assert (made["hostNetwork"], made["dnsPolicy"]) == (True, "Default")
    assert made["priorityClassName"] == "system-node-critical"


def test_the_pod_stays_away_from_nodes_that_cannot_run_it(spec):
    affinity = spec["template"]["spec"]["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    (term,) = affinity["nodeSelectorTerms"]
    assert {(e["key"], e["operator"], *e["values"]) for e in term["matchExpressions"]} == {
        ("kubernetes.io/os", "In", "linux"),
        ("eks.amazonaws.com/compute-type", "NotIn", "fargate", "hybrid", "auto"),
    }


def test_the_static_rules_are_installed_without_a_shell_before_the_cache_starts(spec):
    (init,) = spec["template"]["spec"]["initContainers"]
    assert init["command"][0] == "nft"
    assert len(init["command"]) == 2
    assert "ip saddr 172.20.0.10 meta l4proto { tcp, udp } th sport 53 notrack" in init["command"][1]
    assert init["image"] == IMAGE
    assert init["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN"]}


def test_no_text_of_the_pod_is_expanded_by_kubelet(spec):
    """Kubelet replaces $(NAME) in commands and arguments."""
    assert "$(" not in str(spec)


def test_the_config_map_is_immutable_and_named_by_its_content(rendered, spec):
    config = by_kind(rendered, "ConfigMap")
    assert config["immutable"] is True
    assert re.fullmatch(r"node-local-dns-[0-9a-f]{10}", config["metadata"]["name"])
    mounted = {v["name"]: v for v in spec["template"]["spec"]["volumes"]}["config-volume"]["configMap"]
    assert mounted == {"name": config["metadata"]["name"], "items": [{"key": "Corefile", "path": "Corefile.base"}]}


def test_nothing_that_can_change_is_mounted(spec):
    """A change would make a running CoreDNS reload, which can hang."""
    volumes = spec["template"]["spec"]["volumes"]
    assert [v["name"] for v in volumes if "configMap" in v] == ["config-volume"]


def test_the_probe_asks_the_local_address_where_the_corefile_serves_health(rendered, node_cache):
    assert node_cache["livenessProbe"]["httpGet"] == {"host": "169.254.20.10", "path": "/health", "port": 8080}
    assert "health 169.254.20.10:8080" in by_kind(rendered, "ConfigMap")["data"]["Corefile"]


def test_the_metrics_service_is_headless(rendered):
    service = by_kind(rendered, "Service", "node-local-dns")["spec"]
    assert service["clusterIP"] == "None"
    assert (service["ports"][0]["port"], service["selector"]) == (9253, {"k8s-app": "node-local-dns"})


def test_two_renderings_are_the_same(rendered):
    assert objects() == rendered


@pytest.mark.parametrize(
    "changes",
    [
        {"image": IMAGE + DIGEST},
        {"options": Options(cache_capacity=2048)},
        {"options": Options(stub_domains={"corp.example.com": ["10.1.0.2"]})},
        {"options": Options(memory_limit_percent=200)},
        {"local_ip": "169.254.20.11"},
        {"cluster_domain": "cluster.example"},
    ],
)
def test_the_revision_changes_with_what_replaces_pods(changes):
    assert chart(**changes).revision != chart().revision


@pytest.mark.parametrize("options", [Options(max_unavailable="10%"), Options(min_ready_seconds=30)])
def test_the_revision_stays_where_no_pod_is_replaced(options):
    assert chart(options=options).revision == chart().revision


def test_options_of_the_daemon_set_reach_it():
    options = Options(max_unavailable="2", min_ready_seconds=60, memory_limit_percent=150, cpu_request="100m")
    made = daemon_set(options=options)
    assert made["updateStrategy"]["rollingUpdate"]["maxUnavailable"] == 2
    assert made["minReadySeconds"] == 60
    resources = made["template"]["spec"]["containers"][0]["resources"]
    assert resources == {"requests": {"cpu": "100m", "memory": "137Mi"}, "limits": {"memory": "205Mi"}}


def test_numbers_are_taken_where_they_are_meant_as_text():
    """Python's own numbers, in an app without types."""
    made = daemon_set(options=Options(max_unavailable=2, cpu_request=1))
    assert made["updateStrategy"]["rollingUpdate"]["maxUnavailable"] == 2
    assert made["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] in (1, "1")


def test_ports_are_the_same_wherever_they_stand():
    options = Options(health_port=3989, metrics_port=9254, setup_metrics_port=9354)
    rendered = objects(options=options)
    template = by_kind(rendered, "DaemonSet")["spec"]["template"]
    (container,) = template["spec"]["containers"]
    corefile = by_kind(rendered, "ConfigMap")["data"]["Corefile"]
    assert arguments(container["args"])["-health-port"] == "3989"
    assert arguments(container["args"])["-metrics-listen-address"] == "0.0.0.0:9354"
    assert container["livenessProbe"]["httpGet"]["port"] == 3989
    assert "health 169.254.20.10:3989" in corefile
    assert (corefile.count("prometheus :9254"), corefile.count("prometheus :")) == (4, 4)
    assert template["metadata"]["annotations"]["prometheus.io/port"] == "9254"
    assert by_kind(rendered, "Service", "node-local-dns")["spec"]["ports"][0]["targetPort"] == 9254


def test_without_scraping_there_are_no_annotations():
    rendered = objects(options=Options(scrape=False))
    assert not by_kind(rendered, "DaemonSet")["spec"]["template"]["metadata"].get("annotations")
    assert "annotations" not in by_kind(rendered, "Service", "node-local-dns")["metadata"]


def test_node_labels_narrow_the_nodes():
    affinity = pod(options=Options(node_labels={"team": "a"}))["affinity"]["nodeAffinity"]
    terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert {"key": "team", "operator": "In", "values": ["a"]} in terms[0]["matchExpressions"]


def test_host_clients_get_a_source_that_can_be_answered():
    command = pod(options=Options(masquerade_host_clients=True))["initContainers"][0]["command"][1]
    assert 'ip saddr 172.20.0.10 meta l4proto { tcp, udp } th dport 53 oifname != "lo" masquerade' in command
    assert "masquerade" not in pod()["initContainers"][0]["command"][1]


def test_an_ipv6_cluster_gets_ipv6_everywhere():
    rendered = objects(cluster_dns_ip="fd12:3456::a", local_ip="fd00::10")
    spec = by_kind(rendered, "DaemonSet")["spec"]["template"]["spec"]
    assert "health [fd00::10]:8080" in by_kind(rendered, "ConfigMap")["data"]["Corefile"]
    assert arguments(spec["containers"][0]["args"])["-localip"] == "fd00::10,fd12:3456::a"
    assert spec["initContainers"][0]["command"][1].startswith("table ip6 podnet-node-local-dns\n")
    assert "ip6 saddr fd12:3456::a" in spec["initContainers"][0]["command"][1]


@pytest.mark.parametrize(
    "image", [IMAGE, IMAGE + DIGEST, "123456789012.dkr.ecr.eu-west-1.amazonaws.com/node-cache:1.26.8", "host:5000/a:1"]
)
def test_an_image_with_a_tag_is_taken_as_it_is(image):
    assert {c["image"] for c in [*pod(image=image)["containers"], *pod(image=image)["initContainers"]]} == {image}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image": "registry.k8s.io/dns/k8s-dns-node-cache"}, "image must have a tag, not latest"),
        ({"image": "registry.k8s.io/dns/k8s-dns-node-cache:latest"}, "image must have a tag, not latest"),
        ({"image": IMAGE + "@sha256:0"}, "image must have a tag, not latest"),
        ({"image": IMAGE + "\nx"}, "image must have a tag, not latest"),
        ({"cluster_dns_ip": "172.20.0"}, "cluster_dns_ip must be a host's IP address, got '172.20.0'"),
        ({"cluster_dns_ip": "fd00::a"}, "local_ip must be of the family of fd00::a, got 169.254.20.10"),
        ({"local_ip": "10.0.0.1"}, "local_ip must be free and in 169.254.0.0/16 or fd00::/8, got 10.0.0.1"),
        ({"local_ip": "169.254.169.254"}, "local_ip must be free"),
        ({"local_ip": "169.254.170.23"}, "local_ip must be free"),
        ({"cluster_dns_ip": "fd12::a", "local_ip": "fd00:ec2::253"}, "local_ip must be free"),
        ({"cluster_dns_ip": "224.0.0.10"}, "cluster_dns_ip must be a host's IP address, got '224.0.0.10'"),
        ({"local_ip": "::"}, "local_ip must be a host's IP address"),
        ({"cluster_dns_ip": "fd00::a", "local_ip": "fd00::a"}, "local_ip must be free"),
        ({"cluster_domain": "cluster.local."}, "cluster_domain must be a DNS name"),
    ],
)
def test_a_wrong_argument_is_named(changes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        chart(**changes)


def host_ports(**changes):
    (container,) = pod(**changes)["containers"]
    return {(port["containerPort"], port["protocol"]) for port in container["ports"]}


def test_a_standby_fits_on_the_same_node():
    """A port of the host belongs to one pod: the scheduler refuses the second (kubernetes/kubernetes#106417)."""
    assert host_ports() & host_ports(standby=True) == set()
    words = arguments(pod(standby=True)["containers"][0]["args"])
    first = arguments(pod()["containers"][0]["args"])
    assert {flag for flag in words if words[flag] != first.get(flag)} == {
        "-health-port",
        "-interfacename",
        "-metrics-listen-address",
    }
    assert words["-interfacename"] not in {"nodelocaldns", first.get("-interfacename")}
    assert len(words["-interfacename"]) <= 15  # IFNAMSIZ


def test_a_standby_shares_no_object_with_the_first(rendered):
    names = {(o["kind"], o["metadata"]["name"]) for o in objects(standby=True)}
    assert names & {(o["kind"], o["metadata"]["name"]) for o in rendered} == set()
    assert ("DaemonSet", NodeLocalDns.STANDBY) in names
    assert chart(standby=True).name == NodeLocalDns.STANDBY
    config = by_kind(objects(standby=True, options=Options(cache_capacity=2048)), "ConfigMap")
    assert "success 2048 30" in config["data"]["Corefile"]
    labels = by_kind(objects(standby=True), "DaemonSet")["spec"]["selector"]["matchLabels"]
    assert labels != by_kind(rendered, "DaemonSet")["spec"]["selector"]["matchLabels"]
