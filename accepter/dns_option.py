"""Set the accepter's half of a connection's DNS option. Inline code of a Lambda: at most 4,096 characters."""

from typing import Any

import boto3
import cfnresponse
from botocore.exceptions import BotoCoreError, ClientError


def handler(event: dict[str, Any], context: object) -> None:
    """Let names of our instances resolve to private addresses from the other VPC; deleting leaves the option."""
    connection, reason = event["ResourceProperties"]["Connection"], None
    if event["RequestType"] != "Delete":
        option = {"AllowDnsResolutionFromRemoteVpc": True}
        try:
            boto3.client("ec2").modify_vpc_peering_connection_options(
                VpcPeeringConnectionId=connection, AccepterPeeringConnectionOptions=option
            )
        except (BotoCoreError, ClientError) as error:
            reason = str(error)[:500]
    status = cfnresponse.FAILED if reason else cfnresponse.SUCCESS
    cfnresponse.send(event, context, status, {}, f"{connection}-dns", reason=reason)
