"""The control plane as a whole."""

import base64
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from rehearsal.control_plane import flags
from rehearsal.control_plane.api import Api
from rehearsal.control_plane.errors import ControlPlaneError
from rehearsal.control_plane.kubeconfig import write_kubeconfig, write_private
from rehearsal.control_plane.processes import Processes
from rehearsal.control_plane.service_account_key import new_service_account_key
from rehearsal.control_plane.static_tokens import StaticTokens
from rehearsal.control_plane.token_review import TokenReview
from rehearsal.parts import module_dir
from rehearsal.ports import free_port

_STAGES = ("node/fast/node-initialize", "pod/fast/pod-ready", "pod/fast/pod-complete", "pod/fast/pod-delete")
_READY_SECONDS = 60
_OK = 200


class ControlPlane:
    """etcd and kube-apiserver, and with `controllers` also controller-manager, scheduler and kwok (fake kubelets).

    Everything listens on 127.0.0.1. The programs end with `stop`, at exit, and with this process even if it is killed.

    Args:
        folder: Keys, data and logs; wiped at `start`, made with mode 0700.
        programs: Program name -> path, as `rehearsal.parts.ensure` gives them.
        controllers: Whether pods are scheduled and become ready; the API server alone is up in 2 s and does the rest.
        token_review: Who judges tokens beside the static ones; nobody when left out.
        kwok_module: Folder of kwok's module, for its stages; `rehearsal.parts.module_dir("kwok")` when left out.

    Attributes:
        endpoint: https URL of the API server, known after `start`.
        certificate_authority: Its certificate as base64 of PEM, as EKS gives it, known after `start`.
        ca_file: The same as a PEM file.
        kubeconfig: File of mode 0600 with the rights of cluster admin; `admin_token` is in it.
        api: The API as that user, known after `start`.
        seconds: How long the start took.
        processes: Its programs; what is started with it ends with them.
    """

    api: Api

    def __init__(
        self,
        folder: Path,
        programs: Mapping[str, Path],
        *,
        service_cidr: str = "10.96.0.0/16",
        controllers: bool = False,
        token_review: TokenReview | None = None,
        api_flags: tuple[str, ...] = (),
        kwok_module: Path | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.endpoint = ""
        self.certificate_authority = ""
        self.ca_file = self.folder / "pki" / "apiserver.crt"
        self.kubeconfig = self.folder / "admin.kubeconfig"
        self.seconds = 0.0
        self._service_cidr = service_cidr
        self._controllers = controllers
        self._token_review = token_review
        self._api_flags = api_flags
        self._kwok_module = kwok_module
        self._tokens = StaticTokens()
        self.admin_token = self._tokens.add("admin", ["system:masters"])
        self.processes = Processes(self.folder, programs)

    def add_token(self, user: str, groups: Sequence[str]) -> str:
        """Give a new bearer token for `user` in `groups`; to be called before `start`."""
        return self._tokens.add(user, groups)

    def start(self) -> Self:
        """Start the programs and wait until /readyz answers.

        Raises:
            ControlPlaneError: If a program ends or is not ready in 60 s.
        """
        began = time.monotonic()
        self._prepare()
        try:
            self._start_api()
            if self._controllers:
                self._start_controllers()
        except BaseException:
            self.stop()
            raise
        self.seconds = time.monotonic() - began
        return self

    def stop(self) -> None:
        """Stop the programs; it is no error to call it twice. Logs stay in `folder` until the next start."""
        self.processes.stop()

    def _prepare(self) -> None:
        self.processes.end_leftovers()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        write_private(self.folder / "sa.key", new_service_account_key())
        self._tokens.write(self.folder / "tokens.csv")

    def _start_api(self) -> None:
        port, etcd_url = free_port(), f"http://127.0.0.1:{free_port()}"
        self.processes.start("etcd", flags.etcd(self.folder, etcd_url))
        server = flags.api_server(self.folder, etcd_url=etcd_url, port=port, service_cidr=self._service_cidr)
        alone = () if self._controllers else flags.ALONE
        self.processes.start("kube-apiserver", [*server, *alone, *self._review_flags(), *self._api_flags])
        self.endpoint = f"https://127.0.0.1:{port}"
        self._wait_until_ready()
        self.certificate_authority = base64.b64encode(self.ca_file.read_bytes()).decode()
        cluster = {"server": self.endpoint, "certificate-authority-data": self.certificate_authority}
        write_kubeconfig(self.kubeconfig, cluster=cluster, user={"token": self.admin_token})

    def _review_flags(self) -> list[str]:
        if not self._token_review:
            return []
        cluster = {"server": self._token_review.url}
        if self._token_review.ca_file:
            cluster["certificate-authority"] = str(self._token_review.ca_file)
        return flags.token_review(write_kubeconfig(self.folder / "review.kubeconfig", cluster=cluster, user={}))

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + _READY_SECONDS
        while True:
            ended = self.processes.ended()
            if ended or time.monotonic() > until:
                log = self.processes.log_tail(ended or "kube-apiserver")
                raise ControlPlaneError(f"kube-apiserver must be ready in {_READY_SECONDS} s, got from {ended}:\n{log}")
            try:
                self.api = Api(self.endpoint, self.ca_file, self.admin_token)
                if self.api.raw("GET", "/readyz")[0] == _OK:
                    return
            except OSError:  # no certificate or no socket yet
                pass
            time.sleep(0.03)

    def _start_controllers(self) -> None:
        self.processes.start("kube-controller-manager", flags.controller_manager(self.folder, self.kubeconfig))
        self.processes.start("kube-scheduler", flags.scheduler(self.kubeconfig))
        source = (self._kwok_module or module_dir("kwok")) / "kustomize" / "stage"
        stages = self.folder / "stages.yaml"
        stages.write_text("\n---\n".join((source / f"{name}.yaml").read_text(encoding="utf-8") for name in _STAGES))
        self.processes.start("kwok", flags.kwok(self.kubeconfig, stages))
