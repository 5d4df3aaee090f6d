"""The other side of `make bench NAME=synth` keeps up with podnet; its figures would mean nothing otherwise."""

from benchmarks.synth import both


def test_the_bare_app_makes_the_same_resources(tmp_path):
    """As many of each type."""
    _, ours, bare = both(tmp_path)
    assert ours.total() > 100
    assert bare == ours
