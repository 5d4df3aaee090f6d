"""What a service of this VPC, named by its servers' group, does when it comes and goes."""

import pytest

from review.changes import compare
from review.content import content

DATABASE, OTHER = "sg-0e1a2b3c4d5e6f7aa", "sg-0e1a2b3c4d5e6f7bb"
REACH = {"port": 5432, "security_group_id": DATABASE}
PATH = "workloads[payments/ledger].reaches"


def _told(changed, before, after):
    sides = [
        content(changed("existing", lambda c, some=some: c["workloads"][0].update({"reaches": [], **some})), [])
        for some in (before, after)
    ]
    found = {change["path"]: change["effects"] for change in compare(*sides, "saved")["changes"]}
    return [(effect["kind"], effect["sentence"]) for effect in found[PATH]]


@pytest.mark.parametrize("egress", [None, []])
def test_a_rule_that_stands_there_by_hand_is_in_the_way(changed, egress):
    """The workload's own group was there before, so its owner may have admitted it."""
    (_, force), (kind, told) = _told(changed, {"egress": egress}, {"egress": egress, "reaches": [REACH]})
    assert "in force at once" in force
    assert kind == "connections"
    assert f"somebody has made at {DATABASE} by hand" in told


def test_a_workload_that_gets_its_group_with_it_has_no_such_rule(changed):
    """Nobody could have named it."""
    bare = {"ingress": [], "security_group_ids": [OTHER], "reaches": []}
    told = _told(changed, bare, {**bare, "reaches": [REACH]})
    assert [kind for kind, _ in told] == ["pods"]


def test_what_goes_is_in_force_at_once(changed):
    """Nothing stands in its way."""
    ((kind, told),) = _told(changed, {"reaches": [REACH]}, {"reaches": []})
    assert kind == "connections"
    assert "in force at once" in told


def test_another_host_is_nothing(changed):
    """Only verify connects to it."""
    ((kind, _),) = _told(changed, {"reaches": [REACH]}, {"reaches": [{**REACH, "host": "db.example"}]})
    assert kind == "nothing"


def test_no_owner_is_waited_for(changed):
    """podnet makes the rule itself."""
    told = _told(changed, {"reaches": [REACH]}, {"reaches": [REACH, {**REACH, "security_group_id": OTHER}]})
    assert not any("before the peer's owner" in sentence for _, sentence in told)
    assert any(f"at {OTHER} by hand" in sentence for _, sentence in told)


def test_podnets_own_rule_at_the_peers_group_stands_in_nobodys_way(changed):
    """The file calls the peer's group by its id from now on: the rule there stays, and nobody can have a second one."""
    group = "sg-0d1a2b3c4d5e6f703"
    both = ({"peer": "data", "port": 5432}, {"security_group_id": group, "port": 5432})
    sides = [content(changed("dev", lambda c, one=one: c["workloads"][1].update(reaches=[one])), []) for one in both]
    ((_, told), *others) = [
        (effect["kind"], effect["sentence"])
        for change in compare(*sides, "saved")["changes"]
        for effect in change["effects"]
    ]
    assert "in force at once" in told
    assert others == []
