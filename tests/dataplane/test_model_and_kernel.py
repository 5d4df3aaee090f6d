"""Every flow of the model against what packets do under AWS's own CNI rules on this kernel."""

import pytest

from review.flows import Conditions
from review.flows.prediction import TABLE
from tests.dataplane.cell import matrix, rerouted

BAR = 180  # seconds for the whole matrix on two cores


def _said(differing):
    return "\n".join(f"{found} (kernel: {found.outcome and found.outcome.text})" for found in differing)


@pytest.mark.parametrize("cell", matrix(), ids=lambda cell: cell.name)
def test_model_and_kernel_agree_about_every_flow(measured, cell):
    """Delivered, source seen, way of request and answer, and whether a security group could judge it."""
    assert not measured.differing(cell), _said(measured.differing(cell))


@pytest.mark.parametrize("cell", rerouted(), ids=lambda cell: cell.name)
def test_they_agree_where_peer_and_internet_are_external_services(measured_rerouted, cell):
    """AWS_EXTERNAL_SERVICE_CIDRS is read and put into rules by AWS's code too."""
    assert not measured_rerouted.differing(cell), _said(measured_rerouted.differing(cell))


def test_nothing_is_left_out(measured):
    """32 cells; each flow of the model by each of its protocols, in each cell where it exists."""
    assert len({cell.name for cell in measured.outcomes}) == 32
    tried = {(outcome.flow, outcome.protocol) for outcomes in measured.outcomes.values() for outcome in outcomes}
    assert tried == {(row.id, protocol) for row in TABLE for protocol in row.protocols}
    assert not any(measured.untold(cell) for cell in measured.outcomes)


def test_the_whole_comparison_is_quick_enough(measured):
    """It runs with every change, on a small machine."""
    assert measured.seconds < BAR


@pytest.mark.parametrize("cell", matrix(), ids=lambda cell: cell.name)
def test_settings_and_conditions_tell_the_same(base, cell):
    """A cell's settings, read as `synth` reads them, are the conditions that the cell is named after."""
    peer = base.peers[0].cidr
    assert cell.conditions(base, "nat-gateway") == Conditions(
        enforcing_mode=cell.enforcing_mode,
        external_snat=cell.external_snat,
        excluded_cidrs=(peer,) if cell.excluded else (),
        peer_cidr=peer,
        cache="on" if cell.cache else "away",
        tcp_early_demux=cell.early_demux,
        metadata_hops=1,
    )


def test_what_the_matrix_is_for(measured):
    """The three aims in one place: which settings give DNS by the cache, a peer that sees the pod, and TCP probes."""
    good = set()
    for cell, outcomes in measured.outcomes.items():
        by_flow = {}
        for outcome in outcomes:
            by_flow.setdefault(outcome.flow, []).append(outcome)
        dns = all(outcome.arrived and outcome.forward == "local" for outcome in by_flow["sgp-to-cluster-dns"])
        peer = all(outcome.arrived and outcome.source == "pod" for outcome in by_flow["sgp-to-peer"])
        if dns and peer and by_flow["kubelet-to-sgp"][0].arrived:
            good.add((cell.enforcing_mode, cell.external_snat, cell.excluded, cell.cache, cell.early_demux))
    both = (True, False)
    snat = [(True, True), (True, False), (False, True)]
    assert good == {("standard", external, excluded, True, demux) for external, excluded in snat for demux in both}
