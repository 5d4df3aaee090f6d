"""What AWS refuses."""


class RefusedError(ValueError):
    """A request that AWS would refuse; CloudFormation shows the message as the resource's failure.

    Attributes:
        code: AWS's error code, such as `InvalidSubnetID.NotFound`.
        message: The words after it.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message[:600]
        super().__init__(f"{code}: {self.message}")
