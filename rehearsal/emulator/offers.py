"""What AWS offers, which the emulator does not know: what the environment's file names, as a given, and room for it."""

import json
from typing import Any

from ministack import app
from ministack.core import router
from ministack.services import ec2, eks

from rehearsal.emulator import query_api
from rehearsal.emulator.query_api import Query

_ACTION = "DescribeInstanceTypeOfferings"
_QUOTAS = "servicequotas"
_VCPUS = 1000
_offered: dict[str, list[str]] = {}


def offer(offers: dict[str, list[str]]) -> None:
    """Offer versions by add-on, and `instance types` in every zone that is asked for."""
    _offered.update(offers)


def install() -> None:
    """Answer DescribeAddonVersions, DescribeInstanceTypeOfferings and GetServiceQuota."""
    router.SERVICE_PATTERNS[_QUOTAS] = {
        "target_prefixes": ["ServiceQuotasV20190624"],
        "host_patterns": [r"servicequotas\."],
    }
    app.SERVICE_HANDLERS[_QUOTAS] = _quota
    ec2._ACTION_MAP[_ACTION] = query_api.operation(_ACTION, _instance_types)
    original = eks._handle_request_sync

    def handle(method: str, path: str, headers: Any, body: Any, query: dict[str, Any]) -> Any:  # noqa: ANN401
        if (method, path) != ("GET", "/addons/supported-versions"):
            return original(method, path, headers, body, query)
        name = query["addonName"][0]
        default = [{"clusterVersion": query["kubernetesVersion"][0], "defaultVersion": True}]
        versions = [{"addonVersion": one, "compatibilities": default} for one in _offered.get(name, ())]
        answer = {"addons": [{"addonName": name, "addonVersions": versions}]}
        return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()

    eks._handle_request_sync = handle


async def _quota(*request: Any) -> Any:  # noqa: ANN401  (method, path, headers, body, query; the emulator's reply)
    code = json.loads(request[3])["QuotaCode"]
    answer = {"Quota": {"QuotaCode": code, "Value": _VCPUS}}
    return 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()


def _instance_types(query: Query) -> str:
    asked, zones = (query_api.values(query, f"Filter.{number}.Value") for number in (1, 2))
    items = (
        f"<item><instanceType>{kind}</instanceType><location>{zone}</location></item>"
        for kind in _offered.get("instance types", ())
        for zone in zones
        if kind in asked
    )
    return f"<instanceTypeOfferingSet>{''.join(items)}</instanceTypeOfferingSet>"
