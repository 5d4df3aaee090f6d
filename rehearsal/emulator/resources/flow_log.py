"""AWS::EC2::FlowLog."""

from ministack.services.cloudformation import provisioners

from rehearsal.emulator.operations import call_ec2, text_of
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType


class FlowLog(ResourceType):
    """A flow log of a VPC or a subnet; it never logs a packet here."""

    name = "AWS::EC2::FlowLog"
    replaced_by = (
        "DeliverLogsPermissionArn",
        "LogDestination",
        "LogDestinationType",
        "LogFormat",
        "LogGroupName",
        "MaxAggregationInterval",
        "ResourceId",
        "ResourceType",
        "TrafficType",
    )

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make it.

        Raises:
            RefusedError: If the VPC or subnet does not exist, or logs have a destination but no role to write with.
        """
        kind, what = properties["ResourceType"], properties["ResourceId"]
        if kind == "VPC":
            lookup.vpc(what)
        elif kind == "Subnet":
            lookup.subnet(what)
        to_logs = properties.get("LogDestinationType", "cloud-watch-logs") == "cloud-watch-logs"
        if to_logs and not properties.get("DeliverLogsPermissionArn"):
            raise RefusedError("InvalidParameter", "DeliverLogsPermissionArn can't be empty for cloud-watch-logs")
        answer = call_ec2(
            "CreateFlowLogs",
            ResourceId__1=what,
            ResourceType=kind,
            TrafficType=properties.get("TrafficType"),
            LogDestinationType=properties.get("LogDestinationType"),
            LogDestination=properties.get("LogDestination"),
            LogGroupName=properties.get("LogGroupName"),
        )
        flow_log = text_of(answer, "flowLogIdSet/item")
        provisioners._ec2_apply_tags(flow_log, properties)
        return flow_log, {"Id": flow_log}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change the tags."""
        provisioners._ec2_apply_tags(physical_id, new, old)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete it."""
        call_ec2("DeleteFlowLogs", FlowLogId__1=physical_id)
