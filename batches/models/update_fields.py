from typing import Any


def with_fields(options: dict[str, Any], *names: str) -> dict[str, Any]:
    """The options of a `save()`, so that a save of some fields saves these computed ones too."""
    if options.get("update_fields") is None:
        return options
    return options | {"update_fields": {*options["update_fields"], *names}}
