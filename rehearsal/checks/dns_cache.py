"""The node-local DNS cache."""

import ipaddress

from rehearsal.checks.expect import NotAskedFor, equal, eventually, expect
from rehearsal.checks.scene import Scene

_ROLL_OUT_SECONDS = 60
_NAME = "node-local-dns"
_DNS_HOST = 10
_OFF = NotAskedFor("pod_networking.dns_cache.enabled is false")


def cache_is_there(scene: Scene) -> str:
    """Prove that the cache's objects exist, listen on the cluster's DNS address and know CoreDNS by another one."""
    cache = scene.settings.pod_networking.dns_cache
    if not cache.enabled:
        return _OFF
    cidr = scene.cluster_record()["kubernetesNetworkConfig"]["serviceIpv4Cidr"]
    dns = str(ipaddress.ip_network(cidr)[_DNS_HOST])
    services = "/api/v1/namespaces/kube-system/services"
    equal("address of kube-dns", scene.kubernetes("GET", f"{services}/kube-dns")["spec"]["clusterIP"], dns)
    upstream = scene.kubernetes("GET", f"{services}/kube-dns-upstream")["spec"]
    equal("selector of kube-dns-upstream", upstream["selector"], {"k8s-app": "kube-dns"})
    expect(upstream["clusterIP"] != dns, f"kube-dns-upstream must have an address of its own, got {dns}")
    pod = scene.daemon_set(_NAME)["spec"]["template"]["spec"]
    container = next(c for c in pod["containers"] if c["image"] == cache.image)
    arguments = " ".join([*container.get("command", []), *container.get("args", [])])
    for word in (dns, cache.local_ip, "kube-dns-upstream"):
        expect(word in arguments, f"the cache's arguments must name {word}, got {arguments}")
    expect(pod.get("hostNetwork"), "the cache must run in the node's network, got a pod network")
    config = next(
        v["configMap"]["name"] for v in pod["volumes"] if v.get("configMap", {}).get("name", "").startswith(_NAME)
    )
    content = scene.kubernetes("GET", f"/api/v1/namespaces/kube-system/configmaps/{config}")
    for zone in (cache.cluster_domain, *cache.stub_domains):
        expect(any(zone in text for text in content["data"].values()), f"{config} must serve {zone}, got other zones")
    return f"{dns} and {cache.local_ip}, {config}"


def cache_is_rolled_out(scene: Scene) -> str:
    """Prove that every node runs the cache."""
    if not scene.settings.pod_networking.dns_cache.enabled:
        return _OFF
    return eventually(lambda: scene.rolled_out(_NAME), _ROLL_OUT_SECONDS)


def cache_is_gone(scene: Scene) -> str:
    """Prove, after podnet is gone, that nothing of the cache is left."""
    left = []
    for plural in ("services", "configmaps", "serviceaccounts"):
        items = scene.kubernetes("GET", f"/api/v1/namespaces/kube-system/{plural}")["items"]
        names = {item["metadata"]["name"] for item in items}
        left += sorted(f"{plural}/{name}" for name in names if name.startswith((_NAME, "kube-dns-upstream")))
    sets = scene.kubernetes("GET", "/apis/apps/v1/namespaces/kube-system/daemonsets")["items"]
    left += [f"daemonsets/{s['metadata']['name']}" for s in sets if s["metadata"]["name"].startswith(_NAME)]
    equal("objects of the cache", left, [])
    return "no object left"
