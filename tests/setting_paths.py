"""The path of every setting, as the model has them."""

import types
import typing

import pydantic


def paths(model, path=()):
    """Yield the path of every field of the settings, with names and free keys as the table has them."""
    for name, field in model.model_fields.items():
        if name == "name" and not path:
            continue
        inner = [kind for kind in _kinds(field.annotation) if issubclass(kind, pydantic.BaseModel)]
        here = (*path, field.alias or name)
        many = typing.get_origin(field.annotation) is tuple and inner
        if inner and not many:
            yield from paths(inner[0], here)
        elif many and not path:
            yield from paths(inner[0], (*here, "x"))
        else:
            yield here


def _kinds(annotation):
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation]
    return [kind for part in typing.get_args(annotation) for kind in _kinds(part)]
