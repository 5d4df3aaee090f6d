"""AWS::EC2::TransitGatewayVpcAttachment."""

from ministack.services.cloudformation import provisioners

from rehearsal.emulator.operations import call_ec2, text_of
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType


class TransitGatewayVpcAttachment(ResourceType):
    """The VPC at a transit gateway; no packet crosses it here.

    Other subnets need another attachment, which the gateway refuses beside the old one, as on AWS
    (awslabs/landing-zone-accelerator-on-aws#708).
    """

    name = "AWS::EC2::TransitGatewayVpcAttachment"
    replaced_by = ("SubnetIds", "TransitGatewayId", "VpcId")

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Attach the VPC.

        Raises:
            RefusedError: As CreateTransitGatewayVpcAttachment does.
        """
        subnets = {f"SubnetIds__{number}": subnet for number, subnet in enumerate(properties["SubnetIds"], 1)}
        ids = {"TransitGatewayId": properties["TransitGatewayId"], "VpcId": properties["VpcId"]}
        attachment = text_of(
            call_ec2("CreateTransitGatewayVpcAttachment", **ids, **subnets), "transitGatewayAttachmentId"
        )
        provisioners._ec2_apply_tags(attachment, properties)
        return attachment, {"Id": attachment}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change the tags."""
        provisioners._ec2_apply_tags(physical_id, new, old)
        return physical_id, {"Id": physical_id}

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Detach the VPC; its routes turn into black holes, as on AWS."""
        call_ec2("DeleteTransitGatewayVpcAttachment", TransitGatewayAttachmentId=physical_id)
