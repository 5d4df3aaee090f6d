"""The pod that runs node-cache on a node."""

from collections.abc import Mapping, Sequence

from .options import Options
from .static_rules import static_rules
from .upstream import KubeDnsUpstream

# as aws-node has it: Fargate and hybrid nodes cannot run the pod, Auto Mode has a cache of its own
_NOT_IN = {"key": "eks.amazonaws.com/compute-type", "operator": "NotIn", "values": ["fargate", "hybrid", "auto"]}


def pod(
    *, name: str, config: str, image: str, listen: Sequence[str], options: Options, standby: bool
) -> dict[str, object]:
    """Return the pod template; `config` is the ConfigMap's name."""
    wanted = {"kubernetes.io/os": "linux", **options.node_labels}
    terms = [_NOT_IN, *({"key": key, "operator": "In", "values": [value]} for key, value in wanted.items())]
    required = {"nodeSelectorTerms": [{"matchExpressions": terms}]}
    lock = {"name": "xtables-lock", "hostPath": {"path": "/run/xtables.lock", "type": "FileOrCreate"}}
    base = {"name": config, "items": [{"key": "Corefile", "path": "Corefile.base"}]}
    spec = {
        "priorityClassName": "system-node-critical",
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        "hostNetwork": True,
        "dnsPolicy": "Default",
        "terminationGracePeriodSeconds": 60,  # 5 s for answers in flight, 1 s of teardown, more if iptables is locked
        "tolerations": [
            {"key": "CriticalAddonsOnly", "operator": "Exists"},
            {"effect": "NoExecute", "operator": "Exists"},
            {"effect": "NoSchedule", "operator": "Exists"},
        ],
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}},
        "initContainers": [_static_rules(image, listen[1], options)],
        "containers": [_node_cache(image, listen, options, standby=standby)],
        # not the ConfigMap kube-dns: its change would reload CoreDNS, which may hang and not hear SIGTERM
        "volumes": [lock, {"name": "config-volume", "configMap": base}],
    }
    return {"metadata": {"labels": {"k8s-app": name}, "annotations": scrape(options)}, "spec": spec}


def scrape(options: Options) -> dict[str, str]:
    """Return the annotations by which Prometheus finds the metrics."""
    return {"prometheus.io/port": str(options.metrics_port), "prometheus.io/scrape": "true"} if options.scrape else {}


def _static_rules(image: str, cluster_dns_ip: str, options: Options) -> Mapping[str, object]:
    security = {"runAsUser": 0, "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}
    return {
        "name": "static-rules",
        "image": image,
        "command": static_rules(cluster_dns_ip, masquerade=options.masquerade_host_clients),
        "securityContext": {**security, "capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}},
    }


def _node_cache(image: str, listen: Sequence[str], options: Options, *, standby: bool) -> Mapping[str, object]:
    full, percent = options.worst_case_memory_mi, options.memory_limit_percent
    limits = {"limits": {"memory": f"{full * percent // 100}Mi"}} if percent else {}
    requests = {"cpu": options.cpu_request, "memory": f"{full}Mi"}
    # without -pidfile the rules come after 60 s; never -skipteardown: teardown hands the queries to kube-proxy in time
    args = ["-localip", ",".join(listen), "-conf", "/etc/Corefile", "-upstreamsvc", KubeDnsUpstream.NAME]
    args += ["-pidfile", "/tmp/node-cache.pid", "-health-port", str(options.health_port)]  # noqa: S108  the container's
    args += ["-metrics-listen-address", f"0.0.0.0:{options.setup_metrics_port}", "-reloadwithsignal=true"]
    # a standby's teardown must not delete the other's interface, and a port of the host belongs to one pod
    args += ["-interfacename", "nodelocaldns2"] * standby
    dns = [{"name": name, "containerPort": 53, "protocol": kind} for name, kind in (("dns", "UDP"), ("dns-tcp", "TCP"))]
    health = {"host": listen[0], "path": "/health", "port": options.health_port}
    return {
        "name": "node-cache",
        "image": image,
        "resources": {"requests": requests, **limits},
        "args": args,
        "securityContext": {"runAsUser": 0, "capabilities": {"add": ["NET_ADMIN"]}},
        "ports": [*dns * (not standby), {"name": "metrics", "containerPort": options.metrics_port, "protocol": "TCP"}],
        "livenessProbe": {"httpGet": health, "initialDelaySeconds": 60, "timeoutSeconds": 5},
        "volumeMounts": [
            {"name": "xtables-lock", "mountPath": "/run/xtables.lock", "readOnly": False},
            {"name": "config-volume", "mountPath": "/etc/coredns"},
        ],
    }
