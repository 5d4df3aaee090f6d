"""What podnet makes in an account, as AWS's APIs tell it: names alone, since much of the content moves by itself."""

from rehearsal.checks.scene import Scene


def account_objects(scene: Scene) -> set[str]:
    """Give kind and name of what podnet makes: network, groups, rights, functions, schedules, logs, keys."""
    aws = scene.aws
    lists: tuple[tuple[str, str, list[dict[str, str]]], ...] = (
        ("group", "GroupId", aws.ec2.describe_security_groups()["SecurityGroups"]),
        ("routes", "RouteTableId", aws.ec2.describe_route_tables()["RouteTables"]),
        ("subnet", "SubnetId", aws.ec2.describe_subnets()["Subnets"]),
        ("VPC", "VpcId", aws.ec2.describe_vpcs()["Vpcs"]),
        ("role", "RoleName", aws.client("iam").list_roles()["Roles"]),
        ("function", "FunctionName", aws.client("lambda").list_functions()["Functions"]),
        ("schedule", "Name", aws.client("events").list_rules()["Rules"]),
        ("stack", "StackName", aws.cloudformation.describe_stacks()["Stacks"]),
        ("log group", "logGroupName", aws.client("logs").describe_log_groups()["logGroups"]),
        ("alarm", "AlarmName", aws.client("cloudwatch").describe_alarms()["MetricAlarms"]),
        ("parameter", "Name", aws.client("ssm").describe_parameters()["Parameters"]),
        ("key", "KeyId", aws.client("kms").list_keys()["Keys"]),
        ("layer", "LayerName", aws.client("lambda").list_layers()["Layers"]),
        ("policy", "Arn", aws.client("iam").list_policies(Scope="Local")["Policies"]),
        ("address", "AllocationId", aws.ec2.describe_addresses()["Addresses"]),
        ("interface", "NetworkInterfaceId", aws.ec2.describe_network_interfaces()["NetworkInterfaces"]),
        ("endpoint", "VpcEndpointId", aws.ec2.describe_vpc_endpoints()["VpcEndpoints"]),
    )
    entries = aws.eks.list_access_entries(clusterName=scene.cluster)["accessEntries"]
    named = {f"{what} {item[key]}" for what, key, items in lists for item in items}
    return named | {f"access entry {arn}" for arn in entries}
