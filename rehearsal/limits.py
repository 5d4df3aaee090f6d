"""What no part of the rehearsal does, whatever the environment."""

NOT_REHEARSED = {
    "packets": "no packet crosses a NAT gateway, a connection, a transit gateway or a security group",
    "branch ENIs": "trunks are marks on nodes, branches records of EC2, as EKS's controller makes them; no ENI exists",
    "pods": "kwok says that containers run; no image is pulled, no probe is made, no DNS query is answered",
    "rights of CloudFormation's execution role": "the emulator's CloudFormation calls operations without asking IAM",
    "limits of Lambda": "memory, what a VPC lets through and the declared Python and Node versions are not enforced",
    "the CLI's pauses": "it asks for a stack's state every 0.6 s; AWS is asked every 5 s (--real-pauses does so here)",
    "time": "EKS takes 10 to 15 minutes for a cluster, minutes for nodes; here seconds. A schedule's minute lasts 5 s",
}
