"""A model that is wrong in one word of one cell is caught by the same comparison."""

import dataclasses

import pytest

from review.flows import prediction

TABLE = prediction.TABLE
OTHER = {
    "end": {"ok": "lost", "lost": "ok"},
    "source": {"pod": "node", "node": "pod", "-": "node"},
    "forward": {"local": ">branch", ">branch": ">primary", "<branch": "<primary"},
    "back": {"local": "<primary", "<branch": "<primary", "-": "<branch"},
}
ENTRIES = [(row, cell) for row in TABLE for cell in row.cells]


def _replaced(row, cell, *cells):
    """Return a table of this row alone, with one cell replaced by others, or by nothing."""
    changed = tuple(new for old in row.cells for new in (cells if old is cell else (old,)))
    return (dataclasses.replace(row, cells=changed),)


def _differing(*measured):
    return [found for cells in measured for cell in cells.outcomes for found in cells.differing(cell)]


def _unlike(what, value):
    return OTHER[what].get(value, "local")


def test_the_model_as_it_is_differs_nowhere(measured, measured_rerouted):
    """What the tests below start from."""
    assert not _differing(measured, measured_rerouted)


@pytest.mark.parametrize(("row", "cell"), ENTRIES, ids=lambda value: getattr(value, "id", getattr(value, "when", "")))
def test_each_entry_of_the_model_is_held_by_packets(measured, measured_rerouted, monkeypatch, row, cell):
    """Whatever is changed in an entry (its end, the source, either way), some cell of the kernel disagrees with it."""
    for what in OTHER:
        wrong = dataclasses.replace(cell, **{what: _unlike(what, getattr(cell, what))})
        monkeypatch.setattr(prediction, "TABLE", _replaced(row, cell, wrong))
        assert _differing(measured, measured_rerouted), f"{row.id} [{cell.when}] may have any {what}"


def test_an_unfiltered_flow_that_is_told_as_judged_is_caught(measured_rerouted, monkeypatch):
    """The verdict counts too: packets that stay on the node meet no security group."""
    row = next(row for row in TABLE if row.id == "sgp-to-imds")
    monkeypatch.setattr(
        prediction, "TABLE", tuple(dataclasses.replace(one, exempt=False) if one is row else one for one in TABLE)
    )
    assert {one.flow.id for one in _differing(measured_rerouted)} == {row.id}


def test_a_flow_that_nobody_tried_is_no_agreement(measured, monkeypatch):
    """A row that is new in the model needs packets before the comparison passes."""
    new = dataclasses.replace(TABLE[0], id="sgp-to-somewhere")
    monkeypatch.setattr(prediction, "TABLE", (*TABLE, new))
    assert {one.differences for one in _differing(measured)} == {("never tried",)}


@pytest.mark.parametrize(("row", "cell"), ENTRIES, ids=lambda value: getattr(value, "id", getattr(value, "when", "")))
def test_an_entry_that_is_missing_is_caught(measured, measured_rerouted, monkeypatch, row, cell):
    """Another entry then tells something wrong, or packets went a way that no entry tells."""
    monkeypatch.setattr(prediction, "TABLE", _replaced(row, cell))
    untold = [one for cells in (measured, measured_rerouted) for where in cells.outcomes for one in cells.untold(where)]
    assert _differing(measured, measured_rerouted) or any(outcome.flow == row.id for outcome in untold)
