"""The command lines of the programs.

Each flag's reason is in its upstream reference page (kubernetes.io/docs/reference/command-line-tools-reference,
etcd.io/docs); only what surprises is said here.
"""

from pathlib import Path

from rehearsal.ports import free_port

_LOOPBACK = "127.0.0.1"


def etcd(folder: Path, client_url: str) -> list[str]:
    """Give the flags of a single etcd member that keeps its data in `folder`/etcd."""
    peer_url = f"http://{_LOOPBACK}:{free_port()}"
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client_url}",
        f"--advertise-client-urls={client_url}",
        f"--listen-peer-urls={peer_url}",
        f"--initial-advertise-peer-urls={peer_url}",
        f"--initial-cluster=default={peer_url}",
        "--log-level=warn",
        "--unsafe-no-fsync",  # nothing of it has to survive a power cut
    ]


def api_server(folder: Path, *, etcd_url: str, port: int, service_cidr: str) -> list[str]:
    """Give the flags of an API server with RBAC that makes its own certificate in `folder`/pki."""
    return [
        f"--etcd-servers={etcd_url}",
        f"--bind-address={_LOOPBACK}",
        f"--advertise-address={_LOOPBACK}",  # without a default route it cannot choose one and ends
        f"--secure-port={port}",
        f"--cert-dir={folder / 'pki'}",
        "--authorization-mode=RBAC",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={folder / 'sa.key'}",
        f"--service-account-signing-key-file={folder / 'sa.key'}",
        f"--service-cluster-ip-range={service_cidr}",
        "--endpoint-reconciler-type=none",
        "--allow-privileged=true",  # aws-node is privileged
        "--profiling=false",
    ]


# without controllers nobody makes the service account "default", so the admission plugin refuses every pod; with a
# watch cache a LIST waits 70 ms for a progress notice (the feature gate ConsistentListFromCache is locked on in 1.35)
ALONE = ["--watch-cache=false", "--disable-admission-plugins=ServiceAccount"]


def token_review(kubeconfig: Path) -> list[str]:
    """Give the API server's flags that let a webhook judge tokens; 2 s, so that access entries do not lag behind."""
    return [
        f"--authentication-token-webhook-config-file={kubeconfig}",
        "--authentication-token-webhook-version=v1",
        "--authentication-token-webhook-cache-ttl=2s",
    ]


def _loops(kubeconfig: Path) -> list[str]:
    return [
        f"--kubeconfig={kubeconfig}",
        f"--bind-address={_LOOPBACK}",
        "--secure-port=0",  # nobody asks them anything
        "--leader-elect=false",
        "--authentication-skip-lookup",
        "--profiling=false",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    ]


def controller_manager(folder: Path, kubeconfig: Path) -> list[str]:
    """Give the flags of all controllers; kwok's nodes send no heartbeat, hence the long grace period."""
    return [
        *_loops(kubeconfig),
        f"--service-account-private-key-file={folder / 'sa.key'}",
        "--use-service-account-credentials=false",
        "--node-monitor-grace-period=24h",
    ]


def scheduler(kubeconfig: Path) -> list[str]:
    """Give the flags of the scheduler."""
    return _loops(kubeconfig)


def kwok(kubeconfig: Path, stages: Path) -> list[str]:
    """Give the flags of kwok, which plays the kubelets of all nodes by the rules in `stages`."""
    return [
        f"--kubeconfig={kubeconfig}",
        "--manage-all-nodes=true",
        f"--server-address={_LOOPBACK}:{free_port()}",
        f"--node-ip={_LOOPBACK}",
        f"--config={stages}",
        "--node-lease-duration-seconds=0",
    ]
