"""Set the accepter's half of a connection's DNS option. Inline code of a Lambda: at most 4,096 characters."""

import json
import time
from typing import Any
from urllib.request import Request, urlopen

import boto3
from botocore.exceptions import BotoCoreError, ClientError

_TRIES, _SECONDS = 10, 8.0


def handler(event: dict[str, Any], _context: object) -> None:
    """Let names of our instances resolve to private addresses from the other VPC; deleting leaves the option."""
    connection, reason = event["ResourceProperties"]["Connection"], ""
    if event["RequestType"] != "Delete":
        reason = _allow(connection)
    answer = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer |= {"Status": "FAILED" if reason else "SUCCESS", "Reason": reason or "done"}
    answer["PhysicalResourceId"] = f"{connection}-dns"
    # the address is CloudFormation's own, presigned for an empty content type
    request = Request(event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT")  # noqa: S310
    urlopen(request, timeout=30).close()  # noqa: S310


def _allow(connection: str) -> str:
    """Set it and give why that failed; a policy that was just written takes a while to hold (aws/aws-cdk#18237)."""
    option = {"AllowDnsResolutionFromRemoteVpc": True}
    for left in reversed(range(_TRIES)):
        try:
            boto3.client("ec2").modify_vpc_peering_connection_options(
                VpcPeeringConnectionId=connection, AccepterPeeringConnectionOptions=option
            )
        except (BotoCoreError, ClientError) as error:
            reason = str(error)[:500]
        else:
            return ""
        if "UnauthorizedOperation" not in reason or not left:
            break
        time.sleep(_SECONDS)
    return reason
