"""The next patch that brings aws-node closer to what is wanted. Pure functions of the live object.

All state is in the object itself, so it does not matter who was interrupted where: Create, Update, Delete and the
watch take the same steps. Every patch carries the resourceVersion it was made for, so that no update is lost.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kube_api import Json
from ownership import MANAGER, applied, owners, without_podnet
from pod_env import Env, differences, pod_patch, value

ANNOTATION = "podnet.io/aws-node-env"
_BLAME = f"?fieldManager={MANAGER}"


@dataclass(frozen=True)
class Wish:
    """What is wanted: the values (none to undo everything), for which custom resource, in which run (request id)."""

    env: Env
    owner: str
    run: str = ""


@dataclass(frozen=True)
class Patch:
    """One request: query, content type and body; in words what it does, and what it leaves as somebody else set it."""

    query: str
    kind: str
    body: Json
    does: str
    left: list[str] = field(default_factory=list)


def record(daemon_set: Json) -> Json:
    """Give podnet's note on the DaemonSet: owner, run, wanted and the values it replaced; {} without one."""
    try:
        found: Any = json.loads(daemon_set["metadata"].get("annotations", {}).get(ANNOTATION, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) and {"owner", "run", "wanted", "replaced"} <= found.keys() else {}


def next_patch(live: Json, wish: Wish) -> Patch | None:
    """Give the next step towards `wish`, None when the object is there.

    1. A variable that left gets its recorded original back, in one strategic merge patch with all else that changes:
       dropping it from the applied configuration would leave `{name: …}` without a value.
    2. The wanted values are applied as field manager podnet, by force.
    3. What podnet owned by step 1, or at all where nothing is wanted, is released, so that an apply of the add-on
       without force succeeds.
    """
    old = record(live)
    new = _record(live, wish, old)
    if old and (not wish.env or any(_leaving(old, wish))):
        return _restore(live, wish, old, new)
    if wish.env and not _applied(live, wish, old, new):
        body = _body(live, pod_patch(live, wish.env), new)
        body["metadata"] |= {"name": live["metadata"]["name"], "namespace": live["metadata"]["namespace"]}
        body |= {"apiVersion": "apps/v1", "kind": "DaemonSet"}
        return Patch(f"{_BLAME}&force=true", "application/apply-patch+yaml", body, "apply the wanted values")
    managers = without_podnet(live, keep_applied=bool(wish.env))
    if managers != live["metadata"].get("managedFields", []):
        body = _body(live, {}, new if wish.env else None)
        body["metadata"]["managedFields"] = managers
        return Patch(_BLAME, "application/merge-patch+json", body, "release ownership")
    return None


def blame(live: Json, wish: Wish) -> str:
    """Say who set a wanted variable to something else."""
    who = {
        m for c, names in wish.env.items() for n in names if value(live, c, n) != names[n] for m in owners(live, c, n)
    }
    return f"by {', '.join(sorted(who))}" if who else "by somebody who left no name"


def _record(live: Json, wish: Wish, old: Json) -> Json | None:
    if not wish.env:
        return None
    replaced: dict[str, Any] = old.get("replaced", {})
    originals = {c: {n: replaced.get(c, {}).get(n, value(live, c, n)) for n in names} for c, names in wish.env.items()}
    return {"owner": wish.owner, "run": wish.run, "wanted": wish.env, "replaced": originals}


def _applied(live: Json, wish: Wish, old: Json, new: Json | None) -> bool:
    wanted = {(c, name, True) for c, names in wish.env.items() for name in names}
    same = new is not None and {**old, "run": ""} == {**new, "run": ""}
    return same and applied(live) == wanted and not differences(live, wish.env)


def _restore(live: Json, wish: Wish, old: Json, new: Json | None) -> Patch:
    values: dict[str, dict[str, str | None]] = {c: dict(names) for c, names in wish.env.items()}
    left = []
    for c, name in _leaving(old, wish):
        others = owners(live, c, name)
        if value(live, c, name) == old["wanted"].get(c, {}).get(name) and not others:
            values.setdefault(c, {})[name] = old["replaced"][c][name]
        else:
            left.append(
                f"{c} {name} is left at {value(live, c, name)!r}, set by {', '.join(sorted(others)) or 'nobody'}"
            )
    body = _body(live, pod_patch(live, values), new)
    return Patch(_BLAME, "application/strategic-merge-patch+json", body, "restore what was replaced", left)


def _leaving(old: Json, wish: Wish) -> Iterator[tuple[str, str]]:
    for container, names in old.get("replaced", {}).items():
        yield from ((container, name) for name in names if name not in wish.env.get(container, {}))


def _body(live: Json, pod: Json, note: Json | None) -> Json:
    text = None if note is None else json.dumps(note, sort_keys=True, separators=(",", ":"))
    return {
        "metadata": {"resourceVersion": live["metadata"]["resourceVersion"], "annotations": {ANNOTATION: text}},
        **pod,
    }
