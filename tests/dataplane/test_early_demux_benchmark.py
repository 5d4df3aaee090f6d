"""The benchmark of early demux: small enough to run with every change, and its intervals."""

import pytest

from benchmarks.early_demux.interval import Interval
from benchmarks.early_demux.measuring import measure
from settings import load


def test_it_measures_every_path_with_both_settings():
    """Ten pairs say nothing about the price, but that all paths work and give figures of the right size."""
    found = measure(load("dev"), pairs=10, connects=5, round_trips=20)
    assert len(found) == 4
    for sides in found.values():
        assert set(sides) == {"connect", "round_trip"}
        for interval in sides.values():
            assert min(interval.on, interval.off) > 500
            assert max(interval.on, interval.off) < 10_000_000
            assert interval.low <= interval.difference <= interval.high


def test_an_interval_holds_a_constant_difference_whatever_the_noise():
    """What disturbs both of a pair alike does not widen it."""
    noise = [100 * (n % 7) ** 3 for n in range(100)]
    interval = Interval.of([1000 + n for n in noise], [1188 + n for n in noise])
    assert (interval.low, interval.difference, interval.high) == (188, 188, 188)
    assert interval.percent == pytest.approx(100 * 188 / interval.on)


def test_an_interval_of_mere_noise_holds_zero():
    """As many pairs faster as slower: no difference is claimed."""
    on = [1000.0] * 100
    interval = Interval.of(on, [1000 + (-1) ** n * n for n in range(100)])
    assert interval.low < 0 < interval.high


@pytest.mark.parametrize(("on", "off"), [([1.0] * 5, [1.0] * 5), ([1.0] * 8, [1.0] * 7)])
def test_too_few_pairs_are_refused(on, off):
    """No 95 % interval can be had from five."""
    with pytest.raises(ValueError, match="must be 6 pairs or more"):
        Interval.of(on, off)
