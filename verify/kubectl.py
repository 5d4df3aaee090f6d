"""The cluster, as the person at the terminal reaches it."""

import json
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from verify.errors import VerifyError
from verify.refusal import fix, said

Json = dict[str, Any]
# the second is of a kind that kubectl knows from an hour ago, whose definition somebody has deleted since
_UNKNOWN = re.compile(
    'the server doesn\'t have a resource type|Unable to list ".*": the server could not find the requested'
)
_SECONDS = 60
ENDS_SECONDS = 600
"""A command of many requests, such as for 5,000 pods, takes less; the program that gives credentials knows no limit."""


class Kubectl:
    """Reads objects with the `kubectl` on PATH: whoever may look at the cluster may verify it, private ones too.

    Args:
        context: Context of the kubeconfig; the current one when empty.
        remember: The command that puts the cluster into the kubeconfig, for messages.
    """

    def __init__(
        self, context: str = "", remember: str = "aws eks update-kubeconfig --name <cluster> --region <region>"
    ) -> None:
        self._context, self._remember = [f"--context={context}"] if context else [], remember

    def configuration(self) -> Json:
        """Give context and cluster of the kubeconfig, without credentials; nothing where there are none.

        Raises:
            VerifyError: If kubectl is missing, or something else is in its place.
        """
        status, out, _ = self._run("config", "view", "--minify", "--output=json")
        return {} if status else _json("config view", out)

    def items(self, kind: str, namespace: str = "", selector: str = "") -> list[Json]:
        """Give the objects of a kind, of all namespaces when `namespace` is empty; none where the kind is unknown.

        Raises:
            VerifyError: If kubectl is missing, the cluster is not reached, or the objects may not be read.
        """
        where = [f"--namespace={namespace}"] if namespace else ["--all-namespaces"]
        chosen = [f"--selector={selector}"] if selector else []
        status, out, error = self._run("get", kind, *where, *chosen, "--output=json")
        if status and _UNKNOWN.search(error):
            return []
        if status:
            raise self._refused(f"get {kind}", error)
        found: list[Json] = _json(f"get {kind}", out)["items"]
        return found

    def by_name(self, namespace: str, *kinds: str) -> Mapping[str, dict[str, Json]]:
        """Give the objects of some kinds in a namespace: {kind as in the object: {name: object}}.

        All are read at once: each run of kubectl may ask another program for credentials, and `aws eks get-token`
        takes a second.

        Raises:
            VerifyError: As of `items`.
        """
        found: dict[str, dict[str, Json]] = defaultdict(dict)
        for item in self.items(",".join(kinds), namespace):
            found[item["kind"]][item["metadata"]["name"]] = item
        return found

    def create(self, obj: Json) -> None:
        """Make an object.

        Raises:
            VerifyError: If it is refused.
        """
        self._must("create", "--filename=-", given=json.dumps(obj))

    def log(self, namespace: str, pod: str, container: str) -> str:
        """Give what a container of a pod has printed.

        Raises:
            VerifyError: If it cannot be read.
        """
        return self._must("logs", f"--namespace={namespace}", pod, f"--container={container}")

    def delete(self, kind: str, namespace: str, name: str) -> None:
        """Delete an object and what belongs to it, and do not wait.

        Raises:
            VerifyError: If it is refused.
        """
        self._must("delete", kind, name, f"--namespace={namespace}", "--ignore-not-found", "--wait=false")

    def _must(self, *arguments: str, given: str = "") -> str:
        status, out, error = self._run(*arguments, given=given)
        if status:
            raise self._refused(" ".join(arguments[:2]), error)
        return out

    def _refused(self, command: str, error: str) -> VerifyError:
        got = said(error)
        return VerifyError(f"`kubectl {command}` must work, got: {got}; {fix(got, self._remember)}")

    def _run(self, *arguments: str, given: str = "") -> tuple[int, str, str]:
        program = shutil.which("kubectl")
        if program is None:
            raise VerifyError(f"PATH must hold kubectl, got none; install it, then `{self._remember}`")
        command = [program, *self._context, f"--request-timeout={_SECONDS}s", *arguments]
        # kubectl speaks UTF-8 whatever the locale is
        text: dict[str, Any] = {"capture_output": True, "encoding": "utf-8", "errors": "replace"}
        try:
            done = subprocess.run(command, input=given, check=False, timeout=ENDS_SECONDS, **text)
        except subprocess.TimeoutExpired as error:
            told = f"`kubectl {' '.join(arguments[:2])}` must end in {ENDS_SECONDS} s, got no end"
            raise VerifyError(f"{told}; see what it waits for: `{' '.join(command)}`") from error
        return done.returncode, done.stdout, done.stderr


def _json(command: str, out: str) -> Json:
    try:
        found: Json = json.loads(out)
    except ValueError as error:
        mend = "see which program `command -v kubectl` names, and let it print nothing else"
        raise VerifyError(f"`kubectl {command}` must print JSON, got {out[:100]!r}; {mend}") from error
    return found
