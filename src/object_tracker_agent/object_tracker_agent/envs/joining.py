"""A simulation to play in: one's own, started and ended here, or a running one that is joined."""

from __future__ import annotations

from dataclasses import dataclass

from object_tracker_agent.errors import UserError
from object_tracker_agent.nearest import did_you_mean
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.presets.settings import MAX_ARENAS
from object_tracker_agent.ros import StepClient
from object_tracker_agent.simulation import CALL_TIMEOUT, OwnSimulation

SIMULATIONS = ("own", "attach")
RENDER_MODES = (None, "rgb_array")


@dataclass(frozen=True)
class Joined:
    """A client of a simulation, and the simulation if it is our own."""

    client: StepClient
    simulation: OwnSimulation | None

    def close(self) -> None:
        """Leave the simulation, and end it if it is our own. Safe to call twice."""
        self.client.close()
        if self.simulation is not None:
            self.simulation.close()


def join(preset: Preset, simulation: str, world: str | None, arenas: int = 1) -> Joined:
    """Start a simulation that fits `preset`, or join the one on ROS_DOMAIN_ID.

    Args:
        preset: its camera and its world.
        simulation: ``own`` or ``attach``.
        world: of one's own: name or path of a world file; None: the preset's.
        arenas: of one's own, 1 to 16.

    Raises:
        UserError: an argument is none, or the simulation does not come up; says what to do.
    """
    if simulation not in SIMULATIONS:
        hint = did_you_mean(str(simulation), SIMULATIONS)
        raise UserError(f"simulation: must be 'own' or 'attach', not {simulation!r}{hint}")
    if isinstance(arenas, bool) or not isinstance(arenas, int) or not 1 <= arenas <= MAX_ARENAS:
        raise UserError(f"arenas: one simulation has from 1 to {MAX_ARENAS}, not {arenas!r}")
    if simulation == "attach":
        return Joined(StepClient(timeout=CALL_TIMEOUT), None)
    size = preset.observation
    own = OwnSimulation(
        world=world or preset.world,
        arenas=arenas,
        image_height=size.camera_height,
        image_width=size.camera_width,
    )
    try:
        return Joined(own.connect(), own)
    except BaseException:
        own.close()
        raise


def checked_preset(preset: str | Preset) -> Preset:
    """Return the preset of that name or path, or `preset` itself."""
    return preset if isinstance(preset, Preset) else load_preset(preset)


def checked_render_mode(render_mode: str | None) -> str | None:
    """Return `render_mode`; a `UserError` unless it is None or ``rgb_array``."""
    if render_mode not in RENDER_MODES:
        raise UserError(f"render_mode: must be None or 'rgb_array', not {render_mode!r}")
    return render_mode
