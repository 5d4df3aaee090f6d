"""The model against what packets did: every cell of the measured table, row by row."""

import itertools

import pytest

from review.flows import Conditions, predict

PEER = "10.99.0.0/16"

# Measured in network namespaces with the VPC CNI's own code, version 1.23.2, and a real node-cache; tests/dataplane
# does it again. Flow, cells (a dimension that is not named makes no difference), result, source seen, request, answer.
MEASURED = """
sgp-to-local-dns         standard cache               ok    node  local            local
sgp-to-local-dns         standard away snat           LOST  node  >primary         -
sgp-to-local-dns         standard away extsnat        LOST  pod   >branch          -
sgp-to-local-dns         strict                       LOST  pod   >branch          -
sgp-to-cluster-dns       standard cache               ok    node  local            local
sgp-to-cluster-dns       away                         ok    pod   >branch          <branch
sgp-to-cluster-dns       strict cache                 LOST  pod   >branch          -
sgp-to-vpc               all                          ok    pod   >branch          <branch
sgp-to-peer              standard snat all-cidrs      ok    node  >primary         <primary
sgp-to-peer              standard snat excl           ok    pod   >branch          <branch
sgp-to-peer              standard extsnat             ok    pod   >branch          <branch
sgp-to-peer              strict                       ok    pod   >branch          <branch
sgp-to-internet          nat standard snat            ok    node  >primary         <primary
sgp-to-internet          nat standard extsnat         ok    pod   >branch          <branch
sgp-to-internet          nat strict                   ok    pod   >branch          <branch
sgp-to-internet          public standard snat         ok    node  >primary         <primary
sgp-to-internet          public standard extsnat      LOST  pod   >branch          -
sgp-to-internet          public strict                LOST  pod   >branch          -
sgp-to-plain             standard                     ok    pod   local            local
sgp-to-plain             strict                       ok    pod   >branch<primary  >primary<branch
sgp-to-sgp               standard                     ok    pod   local            local
sgp-to-sgp               strict                       ok    pod   >branch<branch   >branch<branch
sgp-to-link-local        standard                     ok    pod   local            local
sgp-to-link-local        strict                       LOST  pod   >branch          -
sgp-to-imds              standard snat                ok    node  >primary         <primary
sgp-to-imds              standard extsnat             ok    pod   >branch          <branch
sgp-to-imds              strict                       ok    pod   >branch          <branch
sgp-to-node-ip-udp       standard                     ok    pod   local            local
sgp-to-node-ip-udp       strict                       ok    pod   >branch<primary  >primary<branch
sgp-to-node-ip-tcp       standard                     ok    pod   local            local
sgp-to-node-ip-tcp       strict demux0                ok    pod   >branch<primary  >primary<branch
sgp-to-node-ip-tcp       strict demux1                LOST  pod   >branch<primary  >primary<branch
plain-to-local-dns       cache                        ok    node  local            local
plain-to-local-dns       away snat                    LOST  node  >primary         -
plain-to-local-dns       away extsnat                 LOST  pod   >primary         -
plain-to-cluster-dns     cache                        ok    node  local            local
plain-to-cluster-dns     away                         ok    pod   >primary         <primary
plain-to-vpc             all                          ok    pod   >primary         <primary
plain-to-peer            snat all-cidrs               ok    node  >primary         <primary
plain-to-peer            snat excl                    ok    pod   >primary         <primary
plain-to-peer            extsnat                      ok    pod   >primary         <primary
plain-to-internet        nat snat                     ok    node  >primary         <primary
plain-to-internet        nat extsnat                  ok    pod   >primary         <primary
plain-to-internet        public snat                  ok    node  >primary         <primary
plain-to-internet        public extsnat               LOST  pod   >primary         -
plain-to-sgp             standard                     ok    pod   local            local
plain-to-sgp             strict                       ok    pod   >primary<branch  >branch<primary
plain-to-plain           all                          ok    pod   local            local
plain-to-link-local      all                          ok    pod   local            local
plain-to-node-ip         all                          ok    pod   local            local
plain-to-imds            snat                         ok    node  >primary         <primary
plain-to-imds            extsnat                      ok    pod   >primary         <primary
vpc-to-sgp               all                          ok    -     <branch          >branch
peer-to-sgp              all                          ok    -     <branch          >branch
vpc-to-plain             all                          ok    -     <primary         >primary
peer-to-plain            all                          ok    -     <primary         >primary
kubelet-to-sgp           standard                     ok    node  local            local
kubelet-to-sgp           strict demux0                ok    node  >primary<branch  >branch<primary
kubelet-to-sgp           strict demux1                LOST  node  >primary<branch  -
node-to-sgp-unconnected  standard                     ok    node  local            local
node-to-sgp-unconnected  strict                       ok    node  >primary<branch  >branch<primary
node-to-sgp-connected    standard                     ok    node  local            local
node-to-sgp-connected    strict                       LOST  node  >primary<branch  -
kubelet-to-plain         all                          ok    node  local            local
node-to-plain            all                          ok    node  local            local
node-to-local-dns        cache                        ok    node  local            local
node-to-local-dns        away                         LOST  node  >primary         -
cache-to-coredns         cache                        ok    node  >primary         <primary
cache-to-peer-resolver   cache                        ok    node  >primary         <primary
nodeport-local-to-sgp    standard                     ok    -     <primary         >primary
nodeport-local-to-sgp    strict                       LOST  -     <primary         -
nodeport-cluster-to-sgp  all                          ok    node  <primary         >primary
nodeport-local-to-plain  all                          ok    -     <primary         >primary
nodeport-cluster-to-plain all                         ok    node  <primary         >primary
"""
ROWS = [line.split() for line in MEASURED.strip().splitlines()]
CELLS = [
    set(cell)
    for cell in itertools.product(
        ("standard", "strict"),
        ("snat", "extsnat"),
        ("all-cidrs", "excl"),
        ("cache", "away"),
        ("demux0", "demux1"),
        ("nat", "public"),
    )
]


def _predict(cell, **more):
    return predict(
        Conditions(
            enforcing_mode="strict" if "strict" in cell else "standard",
            external_snat="extsnat" in cell,
            excluded_cidrs=(PEER,) if "excl" in cell else (),
            peer_cidr=PEER,
            cache="on" if "cache" in cell else "away",
            tcp_early_demux="demux1" in cell,
            nodes="nat-gateway" if "nat" in cell else "public-subnet",
            **more,
        )
    )


def _measured(cell):
    found = {}
    for flow, *words, result, source, forward, back in ROWS:
        if set(words) - {"all"} <= cell:
            assert flow not in found, f"two rows of {flow} hold for {cell}"
            found[flow] = (result, source, forward, back)
    return found


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: " ".join(sorted(cell)))
def test_every_flow_of_every_cell_is_as_measured(cell):
    """Delivery, source address and both ways agree, and no measured flow is missing from the model."""
    predicted = {
        flow.id: ("ok" if flow.arrives else "LOST", flow.source, flow.forward, flow.back) for flow in _predict(cell)
    }
    unmeasured = {"cache-to-vpc-resolver", "node-to-internet"}
    assert {name: row for name, row in predicted.items() if name not in unmeasured} == _measured(cell)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: " ".join(sorted(cell)))
def test_a_range_of_external_services_loses_what_took_the_branch_in_standard_mode(cell):
    """AWS_EXTERNAL_SERVICE_CIDRS with the peer's range: requests of pods that keep their address, answers of all."""
    before, after = (
        {flow.id: flow for flow in _predict(cell, external_service_cidrs=ranges)} for ranges in ((), (PEER,))
    )
    lost = "standard" in cell and ("extsnat" in cell or "excl" in cell)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == ({"sgp-to-peer"} if lost else set()) | ({"peer-to-sgp"} if "standard" in cell else set())
    assert after["sgp-to-peer"].arrives is not lost
    assert after["peer-to-sgp"].arrives is ("standard" not in cell)


def test_a_peer_that_is_excluded_only_in_part_still_gets_the_nodes_address():
    """Half of the peer's range excluded is not the peer excluded; two halves are."""
    halves = ("10.99.0.0/17", "10.99.128.0/17")
    for excluded, source in ((halves[:1], "node"), (halves, "pod"), (("10.0.0.0/8",), "pod")):
        conditions = Conditions(external_snat=False, excluded_cidrs=excluded, peer_cidr=PEER)
        assert {flow.id: flow.source for flow in predict(conditions)}["sgp-to-peer"] == source
