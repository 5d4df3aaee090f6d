"""Set the accepter's half of a connection's DNS option. Inline code of a Lambda: at most 4,096 characters."""

import json
from typing import Any
from urllib.request import Request, urlopen

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def handler(event: dict[str, Any], _context: object) -> None:
    """Let names of our instances resolve to private addresses from the other VPC; deleting leaves the option."""
    connection, reason = event["ResourceProperties"]["Connection"], ""
    if event["RequestType"] != "Delete":
        option = {"AllowDnsResolutionFromRemoteVpc": True}
        try:
            boto3.client("ec2").modify_vpc_peering_connection_options(
                VpcPeeringConnectionId=connection, AccepterPeeringConnectionOptions=option
            )
        except (BotoCoreError, ClientError) as error:
            reason = str(error)[:500]
    answer = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "FAILED" if reason else "SUCCESS", "Reason": reason or "done"}
    answer["PhysicalResourceId"] = f"{connection}-dns"
    # the address is CloudFormation's own, presigned for an empty content type
    request = Request(event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT")  # noqa: S310
    urlopen(request, timeout=30).close()  # noqa: S310
