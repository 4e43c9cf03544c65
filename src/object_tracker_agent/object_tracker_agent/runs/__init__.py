"""Run folders: what a training is, where it stands, and who holds it. Nothing here needs torch."""

from object_tracker_agent.runs.folder import Run, newest_run, open_run
from object_tracker_agent.runs.lock import RunLock
from object_tracker_agent.runs.prepare import prepare_run
from object_tracker_agent.runs.settings import RunSettings

__all__ = ["Run", "RunLock", "RunSettings", "newest_run", "open_run", "prepare_run"]
