"""Tells the reference the defaults of msgspec structs, which are the class's own attributes."""

from __future__ import annotations

from typing import Any

import griffe

_BASES = ("Config", "Struct", "BybitOrderParams")


class Structs(griffe.Extension):
    """Gives each struct and config the constructor it has."""

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Add the constructor of a class whose base is a struct or a config."""
        if not any(str(base).rpartition(".")[2].endswith(_BASES) for base in cls.bases):
            return
        fields = [each for each in cls.attributes.values() if each.annotation and each.name[0] != "_"]
        parameters = griffe.Parameters(
            *(
                griffe.Parameter(
                    field.name,
                    annotation=field.annotation,
                    kind=griffe.ParameterKind.keyword_only,
                    default=None if field.value is None else str(field.value),
                )
                for field in fields
                if not str(field.annotation).startswith("ClassVar")
            )
        )
        cls.set_member("__init__", griffe.Function("__init__", parameters=parameters))
