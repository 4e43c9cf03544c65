"""What is looked at, and how."""

from __future__ import annotations

from dataclasses import dataclass

from object_tracker_agent.command_line import option
from object_tracker_agent.errors import UserError
from object_tracker_agent.training.redis_access import RedisOptions

SHORTEST, LONGEST = 0.2, 3600.0  # [s] between two looks


@dataclass(frozen=True, kw_only=True)
class StatusOptions(RedisOptions):
    """Tell how a training stands: workers, policy versions, fragments, speed, the last checkpoint.

    By default it is the newest run in runs/, whether it is going on or over.
    """

    run: str = option("a run folder", "")
    redis_url: str = option("a training's Redis: unix:///path, redis://host:port or rediss://host:port", "")
    watch: bool = option("look again and again until the training ends", False)
    interval: float = option("between two looks [s]", 2.0)
    json: bool = option("print JSON, with --watch one line per look", False)

    def __post_init__(self) -> None:
        """Raise UserError for what contradicts itself or is out of range."""
        if self.run and self.redis_url:
            raise UserError("--run and --redis-url are two ways to say which training; give one of them")
        if not SHORTEST <= self.interval <= LONGEST:  # so refuses nan, too
            raise UserError(f"--interval must be from {SHORTEST} to {LONGEST:.0f} s, not {self.interval}")
        if not self.redis_url:
            for name, given in (
                ("--secret-file", self.secret_file),
                ("--insecure", self.insecure),
                ("--redis-ca", self.redis_ca != type(self).redis_ca),
            ):
                if given:
                    raise UserError(f"{name} is of use with --redis-url alone; a run folder knows its own")
