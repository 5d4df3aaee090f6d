"""The common form of CloudFormation resource types."""

from typing import Any, ClassVar

from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
Made = tuple[str, dict[str, Any]]
"""Physical id and what Fn::GetAtt gives."""


class ResourceType:
    """One CloudFormation resource type, told to the emulator by `install`.

    Every type only calls the emulator's own operations, so that what it makes is what DescribeX shows, and raises
    `RefusedError` where AWS refuses.

    Attributes:
        name: Type name, such as `AWS::EC2::EIP`.
        replaced_by: Properties whose change makes a new resource ("Update requires: Replacement").
        stricter: Whether the emulator has the type itself and this one only refuses more.
    """

    name: ClassVar[str]
    replaced_by: ClassVar[tuple[str, ...]] = ()
    stricter: ClassVar[bool] = False

    def __init__(self) -> None:
        self._base: dict[str, Any] = dict(provisioners._RESOURCE_HANDLERS.get(self.name, {}))

    def check(self, properties: Properties) -> None:
        """Refuse what AWS refuses, in a creation and in a change.

        Raises:
            RefusedError: As each type says.
        """

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make the resource."""
        self.check(properties)
        made: Made = self._base["create"](logical_id, properties, stack)
        return made

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change the resource in place; properties of `replaced_by` are the same in both."""
        self.check(new)
        if self._base.get("update_with_logical_id"):
            made: Made = self._base["update"](physical_id, old, new, stack, logical_id)
        else:
            made = self._base["update"](physical_id, old, new, stack)
        return made

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete the resource; it is no error where it is gone already."""
        self._base["delete"](physical_id, properties)

    def install(self) -> None:
        """Tell the emulator.

        Raises:
            SystemExit: If the emulator gained or lost the type since this was written.
        """
        known = provisioners._RESOURCE_HANDLERS
        if (self.name in known) != self.stricter:
            raise SystemExit(f"the emulator must {'have' if self.stricter else 'lack'} {self.name}, got the contrary")
        known[self.name] = {
            "create": self.create,
            "update": self.update,
            "update_with_logical_id": True,
            "delete": self.delete,
        }
        if self.replaced_by:
            provisioners._REPLACING_PROPERTIES[self.name] = self.replaced_by
