"""AWS::CloudWatch::Alarm, as strict as CloudWatch."""

from ministack.core.responses import get_region

from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources.resource_type import Properties, ResourceType

_ACTIONS = ("AlarmActions", "InsufficientDataActions", "OKActions")


class Alarm(ResourceType):
    """An alarm whose actions are in its own region (cds-snc/notification-terraform#128 has PutMetricAlarm's words)."""

    name = "AWS::CloudWatch::Alarm"
    stricter = True

    def check(self, properties: Properties) -> None:
        """Look at its actions.

        Raises:
            RefusedError: If one is in another region.
        """
        here = get_region()
        for arn in (action for kind in _ACTIONS for action in properties.get(kind) or []):
            region = arn.split(":")[3]
            if region not in ("", here):
                raise RefusedError("ValidationError", f"Invalid region {region} specified. Only {here} is supported.")
