"""Pods with branch ENIs that run while something is changed."""

from rehearsal.checks import branch_enis
from rehearsal.checks.expect import equal, eventually
from rehearsal.checks.scene import Scene

_PODS, _SECONDS = 2, 60


class Application:
    """Two pods of a workload, as a team would run them; none where the file has no workload for it.

    Args:
        scene: Where they run.

    Attributes:
        deployment: What makes them, None where there is none.
        started: Their uids when they had started.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        workload = branch_enis.workload_of(scene)
        self.deployment = branch_enis.deployment(workload, _PODS) if workload else None
        self.started: set[str] = set()
        self._namespace = workload.namespace if workload else ""

    def start(self) -> str:
        """Start them, and wait until each has its branch ENI.

        Raises:
            CheckFailedError: Not all of them have within a minute.
        """
        if self.deployment is None:
            return branch_enis.NO_WORKLOAD
        self._scene.kubernetes.apply(self.deployment, "team")
        self.started = self.running()
        return f"{len(self.started)} pods with a branch ENI each"

    def running(self) -> set[str]:
        """Give the uids of the pods, all of which must run with a branch ENI within a minute.

        Raises:
            CheckFailedError: Not all of them do.
        """
        return eventually(self._running, _SECONDS)

    def stop(self) -> None:
        """Delete them, and wait until no branch ENI is left.

        Raises:
            CheckFailedError: One is left after a minute.
        """
        if self.deployment:
            self._scene.kubernetes.delete(self.deployment)
            eventually(lambda: branch_enis.none_is_left(self._scene), _SECONDS)

    def _running(self) -> set[str]:
        path = f"/api/v1/namespaces/{self._namespace}/pods?labelSelector=podnet"
        pods = self._scene.kubernetes("GET", path)["items"]
        with_one = [pod for pod in pods if branch_enis.RESOURCE in pod["metadata"].get("annotations", {})]
        up = {pod["metadata"]["uid"] for pod in with_one if pod["status"].get("phase") == "Running"}
        equal("pods with a branch ENI that run", len(up), _PODS)
        return up
