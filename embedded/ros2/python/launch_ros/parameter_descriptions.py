"""Values of ROS parameters."""

from __future__ import annotations

from typing import Any

import yaml
from launch import _missing
from launch._core import LaunchContext, perform

__all__ = ["ParameterValue"]
__getattr__ = _missing.refuse_names_of(__name__)


class ParameterValue:
    """A value, or a text turned into a bool, int, float or str; without a type, whatever YAML makes of it."""

    def __init__(self, value: Any, *, value_type: type | None = None) -> None:
        if value_type not in (None, bool, int, float, str):
            raise TypeError(f"ParameterValue(value_type={value_type}) {_missing.NEEDS_REAL}")
        self._value, self._type = value, value_type

    def evaluate(self, context: LaunchContext) -> Any:
        """Return the value. ValueError if the text is not of the type."""
        if isinstance(self._value, (bool, int, float)):
            return self._value
        text = perform(context, self._value)
        if self._type in (int, float, str):
            return self._type(text)
        value = yaml.safe_load({"0": "false", "1": "true"}.get(text, text) if self._type is bool else text)
        if not isinstance(value, self._type or (bool, int, float, str)):
            raise ValueError(f"Cannot convert value '{text}' to '{self._type}'")
        return value
