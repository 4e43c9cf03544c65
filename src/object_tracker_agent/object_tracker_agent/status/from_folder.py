"""How a training stands, by its run folder: live ones tell it themselves, the others have left it there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace

from object_tracker_agent.checkpoints import CheckpointError
from object_tracker_agent.checkpoints.lives import MISSING, USED
from object_tracker_agent.checkpoints.store import read_manifest
from object_tracker_agent.errors import UserError
from object_tracker_agent.runs import Run, RunLock
from object_tracker_agent.security import find_secret
from object_tracker_agent.status.from_redis import status_in_redis
from object_tracker_agent.status.report import CheckpointStatus, FragmentAccount, Status
from object_tracker_agent.training.intake import DROPPED
from object_tracker_agent.training.link import Link
from object_tracker_agent.training.progress_file import read_progress
from object_tracker_agent.training.redis_access import RedisAccess

Connect = Callable[[RedisAccess], Link]


def status_of_run(run: Run, connect: Connect) -> Status:
    """Return how the training of a run folder stands; a live one is asked through its Redis."""
    if not RunLock(run.folder).is_held():
        killed = run.settings.status == "running"
        return replace(_left_behind(run), status="interrupted" if killed else run.settings.status)
    link = None
    try:
        link = connect(_access(run))
        live = status_in_redis(link)
        if live.run_id != run.settings.run_id:
            raise UserError(f"redis at {link.url} serves another training")
    except UserError as error:  # still starting, or Redis is being started again
        left = _left_behind(run)
        begun = left.checkpoint is not None and run.endpoint_file.exists()
        return replace(left, status="running" if begun else "starting", remark=str(error))
    finally:
        if link is not None:
            link.close()
    # Looked at last: what is published is durable, so the newest there is that one or a newer one
    left = _left_behind(run)
    return replace(live, source=left.source, checkpoint=left.checkpoint or live.checkpoint)


def _left_behind(run: Run) -> Status:
    """Return what the folder itself says."""
    settings, counters, newest = run.settings, {}, None
    update = steps = 0
    for path in reversed(run.checkpoints.paths()):
        try:
            manifest = read_manifest(path)
            age = max(0.0, time.time() - path.stat().st_mtime)
        except (CheckpointError, OSError):
            continue  # damaged, or removed this moment
        update, steps, counters = manifest.update, manifest.steps, manifest.counters
        newest = CheckpointStatus(update, age, str(path))
        break
    rows = [row for row in read_progress(run.progress_file) if int(row["update"]) <= update]
    last = rows[-1] if rows else {}
    dropped = {reason: counters[reason] for reason in DROPPED if counters.get(reason)}
    used = counters.get(USED, 0)
    return Status(
        source=str(run.folder),
        run_id=settings.run_id,
        preset=settings.preset,
        status=settings.status,
        update=update,
        steps=steps,
        total_steps=settings.total_steps,
        max_policy_lag=settings.max_policy_lag,
        steps_per_second=_number(last.get("steps_per_second")),
        policy_lag=_number(last.get("policy_lag")),
        reward=_number(last.get("reward")),
        success=_number(last.get("success")),
        fragments=FragmentAccount(used + sum(dropped.values()), used, dropped, counters.get(MISSING, 0)),
        checkpoint=newest,
    )


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _access(run: Run) -> RedisAccess:
    endpoint = run.endpoint()
    url, file = endpoint["redis_url"], endpoint["secret_file"]
    local = url.startswith("unix:")
    return RedisAccess(url, find_secret(file, {} if local else os.environ), endpoint["redis_ca"], True)
