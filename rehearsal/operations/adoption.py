"""What must stay when a pipeline's stage deploys over stacks that were deployed by hand."""

from rehearsal.checks.expect import expect
from rehearsal.checks.identities import Found

_OTHERS = ("AWS::Lambda::Permission", "AWS::CDK::Metadata")  # named after the app's tree; nothing runs in them


def nothing_is_replaced(before: Found, after: Found) -> str:
    """Prove that every resource, object and pod is the one that it was.

    Raises:
        CheckFailedError: With the names of those that came, went or are others.
    """
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    others = sorted(key for key in changed if not key.endswith(_OTHERS))
    expect(not others, f"a pipeline must replace nothing, got {len(others)} others: {'; '.join(others)}")
    return f"{len(after)} resources, objects and pods are the ones that they were"
