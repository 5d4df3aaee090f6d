"""The node's cache goes away and comes back under a pod that stays."""

import pytest

from settings import load
from tests.dataplane.jobs import job, moment
from tests.dataplane.lab.outside import measure

WAYS = {"standard": ["local", ">branch", "local"], "strict": [">branch", ">branch", ">branch"]}


@pytest.mark.parametrize("mode", WAYS)
def test_while_it_restarts_dns_goes_to_coredns_by_the_branch_eni(mode):
    """Same pod, same ClusterIP: in standard mode each query is answered; strict mode reaches CoreDNS only meanwhile."""
    settings = load("environments/dev.yaml")
    pods = settings.pod_networking.model_copy(update={"enforcing_mode": mode})
    settings = settings.model_copy(update={"pod_networking": pods})
    states = {"before": True, "restarting": False, "after": True}
    moments = [moment(settings, name, cache=cache) for name, cache in states.items()]
    found = measure([job(settings, mode, moments, only=["sgp-to-cluster-dns", "plain-to-cluster-dns"])])
    by_pod = {
        (flow, protocol): [one for one in found.outcomes if (one.flow, one.protocol) == (flow, protocol)]
        for flow in ("sgp-to-cluster-dns", "plain-to-cluster-dns")
        for protocol in ("udp", "tcp")
    }
    for (flow, _), seen in by_pod.items():
        assert [one.moment for one in seen] == list(states)
        if flow.startswith("sgp"):
            assert [one.forward for one in seen] == WAYS[mode]
            assert [one.arrived for one in seen] == [mode == "standard", True, mode == "standard"]
            assert (seen[1].source, seen[1].back) == ("pod", "<branch")
        else:
            assert [(one.forward, one.arrived) for one in seen] == [
                ("local", True),
                (">primary", True),
                ("local", True),
            ]
