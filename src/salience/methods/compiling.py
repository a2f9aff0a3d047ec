"""Compiling the few loops that NumPy cannot carry; imported only by the modules that hold them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


def compiled(function: _Function) -> _Function:
    """Compile, keep the machine code on disk, and let other threads run meanwhile."""
    return cast("_Function", njit(cache=True, nogil=True, error_model="numpy")(function))
