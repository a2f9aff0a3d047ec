"""The local web application: see the record, ask it, trace every number."""

from __future__ import annotations

from salience.app.running import serve as serve

__all__ = ["serve"]
