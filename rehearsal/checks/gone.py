"""What is left when everything was destroyed."""

from rehearsal.aws import Aws
from rehearsal.checks.expect import equal, expect
from settings import Settings

_TOOLKIT = "CDKToolkit"


def nothing_is_left(aws: Aws, settings: Settings) -> str:
    """Prove that no stack and nothing that costs money or grants rights is left, and that the peers are clean."""
    left = [f"stack {s['StackName']}" for s in aws.cloudformation.describe_stacks()["Stacks"]]
    left = [what for what in left if what != f"stack {_TOOLKIT}"]
    left += [f"cluster {name}" for name in aws.eks.list_clusters()["clusters"]]
    left += _network(aws, settings) + _functions_and_roles(aws, settings)
    equal("what is left", left, [])
    peers = [clean_peer(aws, settings, number) for number in range(len(settings.peers))]
    return ", ".join(["no stack, cluster, VPC, NAT gateway, address, function or role", *filter(None, peers)])


def _network(aws: Aws, settings: Settings) -> list[str]:
    peers = {peer.vpc_id for peer in settings.peers}
    vpcs = {v["VpcId"] for v in aws.ec2.describe_vpcs()["Vpcs"] if not v["IsDefault"]} - peers
    gateways = [n for n in aws.ec2.describe_nat_gateways()["NatGateways"] if n["State"] != "deleted"]
    connections = aws.ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
    return [
        *(f"VPC {vpc}" for vpc in sorted(vpcs)),
        *(f"NAT gateway {gateway['NatGatewayId']}" for gateway in gateways),
        *(f"address {address['PublicIp']}" for address in aws.ec2.describe_addresses()["Addresses"]),
        *(f"connection {c['VpcPeeringConnectionId']}" for c in connections if c["Status"]["Code"] != "deleted"),
    ]


def _functions_and_roles(aws: Aws, settings: Settings) -> list[str]:
    prefix = f"{settings.name}-"
    functions = aws.client("lambda").list_functions()["Functions"]
    roles = aws.client("iam").list_roles()["Roles"]
    rules = aws.client("events").list_rules()["Rules"]
    return [
        *(f"function {f['FunctionName']}" for f in functions if f["FunctionName"].startswith(prefix)),
        *(f"role {role['RoleName']}" for role in roles if role["RoleName"].startswith(prefix)),
        *(f"schedule {rule['Name']}" for rule in rules if rule["Name"].startswith(prefix)),
    ]


def clean_peer(aws: Aws, settings: Settings, number: int) -> str:
    """Prove that the peer's tables and group are as they were: podnet is a guest there."""
    peer = settings.peers[number]
    side = peer.peer_side
    if side is None:
        return ""
    if side.route_table_ids:
        for table in aws.ec2.describe_route_tables(RouteTableIds=list(side.route_table_ids))["RouteTables"]:
            extra = [route for route in table["Routes"] if route.get("GatewayId") != "local"]
            equal(f"routes left in {table['RouteTableId']} of {peer.name}", extra, [])
    if side.security_group_id:
        group = aws.ec2.describe_security_groups(GroupIds=[side.security_group_id])["SecurityGroups"][0]
        expect(not group["IpPermissions"], f"{side.security_group_id} must admit nobody, got {group['IpPermissions']}")
    return f"peer {peer.name} as it was"
