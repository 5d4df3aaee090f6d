"""Everything that the handler refuses or gives up on, each as one sentence that a person can act on."""


class HandlerError(RuntimeError):
    """What CloudFormation is told as the reason of a failure."""


class RefusedError(HandlerError):
    """The DaemonSet or the settings do not allow what is asked; nothing was patched."""


class OverriddenError(HandlerError):
    """Somebody set a value back while the deployment was waiting for it."""


class NotRolledOutError(HandlerError):
    """The rollout limit passed before every awaited pod was replaced and available."""


class KubeError(HandlerError):
    """A request that the API server did not grant.

    Attributes:
        status: HTTP status, 0 where there was no answer.
        again: whether the same request may succeed a moment later.
        gone: whether nobody listens at the endpoint (refused, unresolvable, unreachable): the cluster may be deleted.
        after: seconds that the server asks to wait (Retry-After), 0 where it does not say.
    """

    def __init__(
        self, message: str, *, status: int = 0, again: bool = False, gone: bool = False, after: float = 0
    ) -> None:
        super().__init__(message)
        self.status, self.again, self.gone, self.after = status, again, gone, after
