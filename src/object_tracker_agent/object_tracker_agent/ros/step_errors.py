"""What can go wrong between a client and its simulation."""

from __future__ import annotations

from object_tracker_agent.errors import UserError


class SimulationLost(UserError):  # noqa: N818 - names of the state, as in StopIteration
    """The simulation cannot be used by this client any more: not there, ended, silent or taken over."""


class StepRefused(UserError):  # noqa: N818
    """The simulation refused one request, which has changed nothing; the client can go on."""
