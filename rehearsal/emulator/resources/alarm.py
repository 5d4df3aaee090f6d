"""AWS::CloudWatch::Alarm, as strict as CloudWatch."""

from ministack.core.responses import get_region

from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType

_ACTIONS = ("AlarmActions", "InsufficientDataActions", "OKActions")


class Alarm(ResourceType):
    """An alarm whose actions are in its own region (cds-snc/notification-terraform#128 has PutMetricAlarm's words)."""

    name = "AWS::CloudWatch::Alarm"
    stricter = True

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make it.

        Raises:
            RefusedError: If an action is in another region.
        """
        self._check(properties)
        return super().create(logical_id, properties, stack)

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change it.

        Raises:
            RefusedError: As `create`.
        """
        self._check(new)
        return super().update(physical_id, old, new, stack, logical_id)

    @staticmethod
    def _check(properties: Properties) -> None:
        here = get_region()
        for arn in (action for kind in _ACTIONS for action in properties.get(kind) or []):
            region = arn.split(":")[3]
            if region not in ("", here):
                raise RefusedError("ValidationError", f"Invalid region {region} specified. Only {here} is supported.")
