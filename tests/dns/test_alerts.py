"""Which alerts go off over which series: evaluated by Prometheus' own engine, a sample and an evaluation each 30 s."""

import json
import subprocess

import pytest

from observability.files import RULES
from observability.source import ALERTS
from rehearsal.parts import ensure

CACHE, SETUP = "node-local-dns", "node-local-dns-setup"
HOUR = 120  # steps


def series(metric, values, node="n1", job=CACHE, **labels):
    """One line in the notation of promtool's tests: `1+2x3` is 1 3 5 7, `_x2` two steps without a sample.

    The shortest line ends the time.
    """
    written = "".join(f',{name}="{value}"' for name, value in labels.items())
    return f'{metric}{{job="{job}",instance="{node}"{written}}} {values}'


def up(values=f"1x{HOUR}", node="n1"):
    """Both jobs, as they are in peace but for what is given."""
    return [series("up", values, node), series("up", f"1x{HOUR}", node, job=SETUP)]


def asked(values, **labels):
    return series("coredns_dns_requests_total", values, **labels)


def answered(failed, all_others, node="n1"):
    return [
        series("coredns_dns_responses_total", failed, node, rcode="SERVFAIL"),
        series("coredns_dns_responses_total", all_others, node, rcode="NOERROR"),
    ]


def slow(slow_ones, all_of_them):
    """A histogram of answers: some took between 0.5 and 2 s, the others less than 1 ms."""
    name, quick = "coredns_dns_request_duration_seconds_bucket", f"0+{all_of_them - slow_ones}x{HOUR}"
    return [
        series(name, quick, le="0.001"),
        series(name, quick, le="0.5"),
        *(series(name, f"0+{all_of_them}x{HOUR}", le=le) for le in ("2", "+Inf")),
        asked(f"0+{all_of_them}x{HOUR}"),
    ]


def looked_up(hits, requests):
    found = [series("coredns_cache_hits_total", hits)] if hits else []
    return [*found, series("coredns_cache_requests_total", requests)]


USED = asked(f"0+600x{HOUR}")
BUSY = [*up(), USED]
RESIDENT, BROKEN = "process_resident_memory_bytes", "coredns_forward_healthcheck_broken_total"
SETUP_ERRORS, PANICS = "coredns_nodecache_setup_errors_total", "coredns_panics_total"
STALE, FAILING = "coredns_cache_served_stale_total", "coredns_proxy_healthcheck_failures_total"
RELOADS = "coredns_reload_failed_total"


def lock(values):
    return series(SETUP_ERRORS, values, job=SETUP, errortype="iptables_lock")


GO_OFF = {  # what happens: the alerts that tell of it, the series
    "nothing is scraped at all": ({"NodeLocalDnsUnseen"}, [series("up", f"1x{HOUR}", job="coredns")]),
    "only the second job has been forgotten": (
        {"NodeLocalDnsUnseen"},
        [series("up", f"1x{HOUR}"), asked(f"0+9x{HOUR}")],
    ),
    "a cache is gone": ({"NodeLocalDnsDown"}, [*up(f"1x20 0x{HOUR}"), USED]),
    "a cache starts again and again": ({"NodeLocalDnsDown"}, [*up("1x20 " + "0x7 1 " * 12), USED]),
    "node-cache found its port taken": (
        {"NodeLocalDnsSetupUnseen"},
        [series("up", f"1x{HOUR}"), series("up", f"0x{HOUR}", job=SETUP), asked(f"0+9x{HOUR}")],
    ),
    "two of a hundred answers fail": ({"NodeLocalDnsServfail"}, [*BUSY, *answered(f"0+2x{HOUR}", f"0+98x{HOUR}")]),
    "all answers of a node with few queries fail": (
        {"NodeLocalDnsServfail"},
        [*up(), asked(f"0+2x{HOUR}"), series("coredns_dns_responses_total", f"0+2x{HOUR}", rcode="SERVFAIL")],
    ),
    "failures begin after half an hour without one": (
        {"NodeLocalDnsServfail"},
        [*BUSY, *answered("_x60 5+5x60", f"0+98x{HOUR}")],
    ),
    "failures go on though the cache starts anew": (
        {"NodeLocalDnsServfail"},
        [*BUSY, *answered("0+20x20 0+20x99", "0+80x20 0+80x99")],
    ),
    "one node of a hundred fails": (
        {"NodeLocalDnsServfail"},
        [
            *(line for n in range(100) for line in up(node=f"n{n}")),
            *(asked(f"0+600x{HOUR}", node=f"n{n}") for n in range(100)),
            *(line for n in range(99) for line in answered(f"0x{HOUR}", f"0+600x{HOUR}", node=f"n{n}")),
            *answered(f"0+60x{HOUR}", f"0+540x{HOUR}", node="n99"),
        ],
    ),
    "two of a hundred answers are slow": ({"NodeLocalDnsSlow"}, [*up(), *slow(20, 1000)]),
    "the cache answers from memory": (
        {"NodeLocalDnsServesStale"},
        [*BUSY, series(STALE, f"0+60x{HOUR}"), series(FAILING, f"_x30 1+60x{HOUR}", to="10.0.0.1:53")],
    ),
    "all resolvers of a zone are away": ({"NodeLocalDnsUpstreamAway"}, [*BUSY, series(BROKEN, f"0x20 0+20x{HOUR}")]),
    "resolvers are away and few ask": ({"NodeLocalDnsUpstreamAway"}, [*BUSY, series(BROKEN, f"0x20 0+1x{HOUR}")]),
    "rules cannot be made": (
        {"NodeLocalDnsSetupErrors"},
        [*BUSY, lock("0x20 " + " ".join(f"{n}x1" for n in range(60)))],
    ),
    "a reload failed": ({"NodeLocalDnsReloadFailed"}, [*BUSY, series(RELOADS, f"0x20 1x{HOUR}")]),
    "CoreDNS panics": ({"NodeLocalDnsPanics"}, [*BUSY, series(PANICS, f"0x20 1x{HOUR}")]),
    "memory grows": ({"NodeLocalDnsMemory"}, [*BUSY, series(RESIDENT, f"{100 << 20}+{5 << 20}x{HOUR}")]),
    "few answers are in the cache": ({"NodeLocalDnsHitRatioLow"}, [*BUSY, *looked_up(f"0+60x{HOUR}", f"0+600x{HOUR}")]),
    "no answer was ever in the cache": ({"NodeLocalDnsHitRatioLow"}, [*BUSY, *looked_up("", f"0+600x{HOUR}")]),
    "nobody asks any more": (
        {"NodeLocalDnsNotUsed"},
        [series("up", "1x160"), series("up", "1x160", job=SETUP), asked("0+600x19 12000x140")],
    ),
    "nobody has asked since it started": ({"NodeLocalDnsNotUsed"}, up()),
}

KEEP_STILL = {
    "peace": [*BUSY, *answered(f"0x{HOUR}", f"0+600x{HOUR}"), *looked_up(f"0+500x{HOUR}", f"0+600x{HOUR}"),
              lock(f"0x{HOUR}")],
    "an idle hour of a node that was asked before": [*up(), asked("0+600x20 12000x50 12600+9x50")],
    "a node that is new": [series("up", "_x99 1x20"), series("up", "_x99 1x20", job=SETUP), *up(node="n2"),
                           asked(f"0+600x{HOUR}", node="n2")],
    "a restart": [*up(f"1x20 0x1 1x{HOUR}"), USED],
    "a node that goes away": [*up(f"1x20 0x4 stale _x{HOUR}"), *up(node="n2"), USED, asked(f"0+600x{HOUR}", node="n2")],
    "one failing query of two at night": [*up(), asked(f"0+0.02x{HOUR}"),
                                          *answered(f"0x10 1x{HOUR}", f"0x10 1x10 2x{HOUR}")],
    "a failing query in each two minutes": [*up(), asked(f"0+1x{HOUR}"),
                                            *answered(" ".join(f"{n}x3" for n in range(40)), f"0+0.25x{HOUR}")],
    "failures of half a minute": [*BUSY, *answered(f"0x20 500 1000x{HOUR}", f"0+600x{HOUR}")],
    "one slow answer of ten at night": [*up(), *slow(0.1, 1)],
    "resolvers that were away for a minute": [*BUSY, series(BROKEN, f"0x20 500 1000 1500x{HOUR}")],
    "a query every ten minutes that found no resolver": [*BUSY, series(BROKEN, " ".join(f"{n}x19" for n in range(6)))],
    "rules that were made at the second look": [*BUSY, lock(f"0x20 24x{HOUR}")],
    "names that are not asked within their TTL": [*BUSY, series(STALE, f"0+60x{HOUR}")],
    "few queries, none in the cache": [*BUSY, *looked_up("", f"0+60x{HOUR}")],
    "a scrape that was missed, and a counter that begins anew": [
        *up("1x20 _ 1x60"), asked("0+600x20 _ 0+600x60"), *answered("50x20 _ 0x60", "0+600x20 _ 0+600x60"),
        series(PANICS, "3x20 _ 0x60"), series(RELOADS, "2x20 _ 0x60"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def firing():
    """Return what tells the alerts that go off over the series, as [{alert, labels, since, until}] with seconds."""
    program = ensure("promrules")["promrules"]

    def told(lines):
        done = subprocess.run(
            [program, "-fire", str(RULES)],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return told


@pytest.mark.parametrize("what", GO_OFF)
def test_what_is_wrong_is_told_by_its_alert_and_no_other(firing, what):
    wanted, lines = GO_OFF[what]
    assert {found["alert"] for found in firing(lines)} == wanted


@pytest.mark.parametrize("what", KEEP_STILL)
def test_what_needs_nobody_wakes_nobody(firing, what):
    assert firing(KEEP_STILL[what]) == []


def test_every_alert_goes_off_over_some_series():
    assert set().union(*(wanted for wanted, _ in GO_OFF.values())) == {alert.name for alert in ALERTS}


def test_an_alert_names_the_node_and_lasts_as_long_as_its_reason(firing):
    """The one of a hundred; a cache that is gone for 20 minutes is told of in seven, and after its return for four."""
    (found,) = firing(GO_OFF["one node of a hundred fails"][1])
    assert found["labels"] == {"instance": "n99"}
    (found,) = firing([*up("1x19 0x39 1x60"), USED])
    assert found["labels"] == {"instance": "n1", "job": CACHE}
    assert 600 + 300 <= found["since"] <= 600 + 420
    assert found["until"] <= 600 + 1200 + 240


def of_two_clusters(one, other):
    """Series of two clusters that one Prometheus scrapes, whose nodes have the same names."""
    clusters = {"one": one, "other": other}
    return [line.replace("{", f'{{cluster="{name}",', 1) for name, lines in clusters.items() for line in lines]


def test_nodes_of_two_clusters_are_never_counted_together(firing):
    """What happens in one is not hidden by the other and names its cluster; what is little in both is not much."""
    (found,) = firing(of_two_clusters(BUSY, up()))
    assert (found["alert"], found["labels"]) == ("NodeLocalDnsNotUsed", {"cluster": "other", "instance": "n1"})
    little = [*BUSY, *looked_up("", f"0+200x{HOUR}"), series(BROKEN, f"0x20 0+0.4x{HOUR}")]
    assert firing(of_two_clusters(little, little)) == []


def test_an_alert_of_no_data_names_the_job(firing):
    found = firing(GO_OFF["nothing is scraped at all"][1])
    assert sorted(one["labels"]["job"] for one in found) == [CACHE, SETUP]


def test_series_that_cannot_be_read_are_an_error():
    program = ensure("promrules")["promrules"]
    done = subprocess.run(
        [program, "-fire", str(RULES)], input='up{job="a" 1\n', capture_output=True, text=True, check=False
    )
    assert (done.returncode, "parse error" in done.stderr) == (1, True)
