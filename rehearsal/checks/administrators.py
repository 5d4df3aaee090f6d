"""Whether the people whom the file names get into the cluster."""

from rehearsal.checks.expect import NotAskedFor, expect
from rehearsal.checks.scene import Scene

_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_REVIEW, _CREATED = {"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview"}, 201
_ALL = {"verb": "*", "group": "*", "resource": "*"}


def administrators_get_in(scene: Scene) -> str:
    """Prove that whoever assumes a role of admin_role_arns may do everything in the cluster.

    Raises:
        CheckFailedError: With the role that may not.
    """
    admins = scene.settings.cluster.admin_role_arns if scene.settings.cluster else ()
    if not admins:
        return NotAskedFor("no admin_role_arns in the file")
    for role in admins:
        there = scene.aws.at(role.split(":")[4], scene.settings.region)
        person = scene.kubernetes.as_user(there.cluster_token(role, scene.cluster))
        status, answer = person.raw("POST", _REVIEWS, {**_REVIEW, "spec": {"resourceAttributes": _ALL}})
        expect(
            status == _CREATED and answer["status"]["allowed"], f"{role} must be administrator, got {status} {answer}"
        )
    return f"{len(admins)} roles of the file are administrators"
