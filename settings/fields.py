"""The kinds of values that settings hold: identifiers, names, versions, address ranges."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from settings.forms import Form, Range, SingleAddress

_HEX = "[0-9a-f]{8}(?:[0-9a-f]{9})?"
_LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_LABEL_VALUE = "(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?"
_LABEL_KEY = rf"(?:(?=[^/]{{1,253}}/){_LABEL}(?:\.{_LABEL})*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?"

REPLACED = r"\$\{Token\[|\{\{resolve:"  # by CDK while it synthesizes, by CloudFormation while it deploys
# neither controls nor marks that turn the direction of reading: a reviewer would see another text (CVE-2021-42574)
LINE = r"[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]"


def _identifier(kind: str, example: str) -> Form:
    return Form(f"{kind}-{_HEX}", f"must be an id such as {example}", "copy the id from the AWS console or CLI")


def _arn(service: str, resource: str, example: str, fix: str = "copy the ARN from the AWS console or CLI") -> Form:
    pattern = rf"arn:aws[a-z-]*:{service}:[a-z0-9-]*:[0-9]{{12}}:{resource}"
    return Form(pattern, f"must be an ARN such as {example}", fix)


AccountId = Annotated[str, Form("[0-9]{12}", "must be an account id of 12 digits", "write digits alone, in quotes")]
Region = Annotated[
    str,
    Form(
        "[a-z]{2,4}(?:-[a-z]+)+-[0-9]",
        "must be a region name such as eu-west-1",
        "write its code in lower case, such as us-east-2, not its title such as Ohio",
    ),
]
Zone = Annotated[
    str,
    Form(
        "[a-z]{2,4}(?:-[a-z]+)+-[0-9][a-z]",
        "must be a zone name such as eu-west-1a",
        "take the zone's name, not its id",
    ),
]
VpcId = Annotated[str, _identifier("vpc", "vpc-0a1b2c3d4e5f60718")]
TransitGatewayId = Annotated[str, _identifier("tgw", "tgw-0a1b2c3d4e5f60718")]
SubnetId = Annotated[str, _identifier("subnet", "subnet-0a1b2c3d4e5f60718")]
RouteTableId = Annotated[str, _identifier("rtb", "rtb-0a1b2c3d4e5f60718")]
SecurityGroupId = Annotated[str, _identifier("sg", "sg-0a1b2c3d4e5f60718")]
PrefixListId = Annotated[str, _identifier("pl", "pl-0a1b2c3d4e5f60718")]
PeeringConnectionId = Annotated[str, _identifier("pcx", "pcx-0a1b2c3d4e5f60718")]
RoleArn = Annotated[
    str,
    _arn(
        "iam",
        "role/[A-Za-z0-9+=,.@_/-]+",
        "arn:aws:iam::111111111111:role/Admin",
        "give the role itself, not a user or a session of it: aws iam get-role --role-name <name> --query Role.Arn",
    ),
]
ConnectionArn = Annotated[
    str,
    _arn(
        "(?:codeconnections|codestar-connections)",
        "connection/[0-9a-f-]{36}",
        "arn:aws:codeconnections:eu-west-1:111111111111:connection/0d1a2b3c-4d5e-6f70-8192-a3b4c5d6e7f8",
    ),
]
Repository = Annotated[
    str, Form("[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)+", "must be a repository such as owner/name", "leave the host out")
]
TopicArn = Annotated[str, _arn("sns", "[A-Za-z0-9_-]+", "arn:aws:sns:eu-west-1:111111111111:alarms")]
Name = Annotated[
    str,
    Form(
        _LABEL,
        "must be 1-63 lower-case letters, digits and hyphens, with a letter or digit at both ends",
        "take such a name",
    ),
]
LabelKey = Annotated[
    str, Form(_LABEL_KEY, "must be a Kubernetes label key such as app or example.com/tier", "mend the key")
]
LabelValue = Annotated[
    str, Form(_LABEL_VALUE, "must be a Kubernetes label value: at most 63 of A-Z a-z 0-9 - _ .", "mend the value")
]
# EKS API, CreateNodegroup, labels: keys of at most 63 characters, values of at least one, no domain of somebody else
NodeLabelKey = Annotated[
    str,
    Form(
        rf"(?!.{{64}})(?!(?:[^/]*\.)?(?:kubernetes|k8s)\.io/)(?!(?:[^/]*\.)?eks\.amazonaws\.com/)(?!podnet\.io/){_LABEL_KEY}",
        "must be a label key of at most 63 characters, not of kubernetes.io, k8s.io, eks.amazonaws.com or podnet.io",
        "take a domain of your own, such as example.com/tier",
    ),
]
NodeLabelValue = Annotated[
    str,
    Form(
        rf"(?=.){_LABEL_VALUE}",
        "must be 1-63 of A-Z a-z 0-9 - _ . for a node: EKS takes no empty one",
        "mend the value",
    ),
]
Variable = Annotated[
    str, Form("[A-Z][A-Za-z0-9_]{0,99}", "must be an environment variable name such as WARM_IP_TARGET", "mend the name")
]
KubernetesVersion = Annotated[
    str, Form(r"1\.[0-9]{2}", 'must be a Kubernetes version such as "1.35"', 'write two parts, in quotes: "1.35"')
]
AddonVersion = Annotated[
    str,
    Form(
        r"v(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}-eksbuild\.[1-9][0-9]*",
        "must be an add-on version such as v1.23.2-eksbuild.1",
        "list them: aws eks describe-addon-versions --addon-name <name>",
    ),
]
InstanceType = Annotated[
    str, Form(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "must be an instance type such as m5.large", "mend the type")
]
Line = Annotated[
    str,
    Form(
        rf"(?!.*(?:{REPLACED})){LINE}*",
        "must be one line of text without ${Token[…]} or {{resolve:…}}, which CDK and CloudFormation replace",
        "write the text itself, without line breaks and marks that turn its direction",
    ),
]
EnvValue = Annotated[
    str,
    Form(
        rf"(?!.*(?:{REPLACED}|\$\()){LINE}+",
        "must be one line of text without $(…), ${Token[…]} or {{resolve:…}}, which others would replace",
        "write the value itself: what is proven is what stands here",
    ),
]
RuleDescription = Annotated[
    str,
    Form(
        rf"(?!.*(?:{REPLACED}))[-A-Za-z0-9 ._:/()#,@\[\]+=&;{{}}!$*]*",
        "must be of letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*: EC2 takes no others",
        "leave the other characters out",
    ),
]
VpcRange = Annotated[str, Range(narrowest=28)]
AnyRange = Annotated[str, Range(narrowest=32)]
Address = Annotated[str, SingleAddress()]
Port = Annotated[int, Field(ge=1, le=65535)]
