"""What the review says about changes under running pods, on a node whose aws-node starts again with other values."""

import dataclasses

import pytest

from settings import load
from tests.dataplane.jobs import job, moment
from tests.dataplane.lab.outside import measure

DNS = ["sgp-to-cluster-dns", "plain-to-cluster-dns"]


@pytest.fixture(scope="module")
def base():
    return load("environments/dev.yaml")


def _with(settings, **values):
    return settings.model_copy(update={"pod_networking": settings.pod_networking.model_copy(update=values)})


def _env(settings):
    return settings.pod_networking.variables()["aws-node"]


def _seen(found, name, flow):
    """Return (arrived, source, forward) of a flow in a moment, one for all its protocols."""
    outcomes = {(o.arrived, o.source, o.forward) for o in found if (o.moment, o.flow) == (name, flow)}
    (one,) = outcomes
    return one


def _switch(base, before, after):
    """Make pods in one mode, switch the node to the other, then start the cache; plain pods never notice."""
    made, switched = (_with(base, enforcing_mode=mode) for mode in (before, after))
    moments = [
        moment(made, "made", cache=False),
        dataclasses.replace(moment(switched, "switched", cache=False), aws_node=_env(switched)),
        moment(switched, "cached", cache=True),
    ]
    found = measure([job(made, before, moments, only=[*DNS, "sgp-to-link-local", "kubelet-to-sgp"])]).outcomes
    assert _seen(found, "cached", "plain-to-cluster-dns") == (True, "node", "local")
    assert _seen(found, "made", "sgp-to-cluster-dns") == (True, "pod", ">branch")
    return found


def test_a_pod_made_in_strict_stays_so_and_loses_dns_when_the_cache_comes(base):
    """Until it is restarted: CoreDNS answers while there is no cache, and nobody afterwards."""
    found = _switch(base, "strict", "standard")
    assert _seen(found, "switched", "sgp-to-cluster-dns") == (True, "pod", ">branch")
    assert _seen(found, "switched", "kubelet-to-sgp") == (True, "node", ">primary<branch")  # judged by its groups
    assert _seen(found, "cached", "sgp-to-cluster-dns") == (False, "pod", ">branch")
    assert _seen(found, "cached", "sgp-to-link-local") == (False, "pod", ">branch")


def test_a_pod_made_in_standard_stays_so_on_a_strict_node(base):
    """It reaches the cache and is probed on the node as before."""
    found = _switch(base, "standard", "strict")
    assert _seen(found, "cached", "sgp-to-cluster-dns") == (True, "node", "local")
    assert _seen(found, "cached", "kubelet-to-sgp") == (True, "node", "local")


@pytest.mark.parametrize("by", [{"external_snat": True}, {"exclude_snat_cidrs": ("10.99.0.0/16",)}], ids=str)
def test_open_connections_to_a_peer_go_on_and_new_ones_show_the_pod(base, by):
    """And back again: what is open stays as the node, what is new follows the setting."""
    translated = _with(base, external_snat=False, exclude_snat_cidrs=())
    direct = _with(translated, **by)
    moments = [
        moment(translated, "before", cache=True),
        dataclasses.replace(moment(direct, "changed", cache=True), aws_node=_env(direct)),
        dataclasses.replace(moment(translated, "back", cache=True), aws_node=_env(translated)),
    ]
    whole = job(translated, "snat", moments, only=["sgp-to-peer"])
    found = measure([dataclasses.replace(whole, held=("sgp-to-peer",))]).outcomes
    assert _seen(found, "before", "sgp-to-peer") == (True, "node", ">primary")
    assert _seen(found, "changed", "sgp-to-peer") == (True, "pod", ">branch")
    assert _seen(found, "back", "sgp-to-peer") == (True, "node", ">primary")
    for name in ("changed", "back"):
        assert _seen(found, name, "sgp-to-peer-held") == (True, "node", ">primary")
