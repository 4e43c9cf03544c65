"""The trainer: takes fragments, updates the policy, makes that durable, publishes it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from object_tracker_agent.checkpoints import KEEP, CheckpointStore, check_same_preset, software_versions
from object_tracker_agent.checkpoints.lives import MISSING, USED
from object_tracker_agent.policies import build_learner
from object_tracker_agent.policies.arrays import parameters
from object_tracker_agent.runs import Run
from object_tracker_agent.training.console import ProgressDisplay
from object_tracker_agent.training.figures import TrainerFigures
from object_tracker_agent.training.fragment import Fragment
from object_tracker_agent.training.intake import DROPPED, Intake
from object_tracker_agent.training.layout import layout_of
from object_tracker_agent.training.lineage import LineageFile
from object_tracker_agent.training.link import Link, Stopped, Waiting
from object_tracker_agent.training.log_lines import policy_line
from object_tracker_agent.training.messages import PolicyMessage, RunMessage
from object_tracker_agent.training.patience import Patience
from object_tracker_agent.training.progress_file import ProgressFile
from object_tracker_agent.training.rollout_buffer import (
    InterruptibleRolloutBuffer,
    UpdateInterrupted,
    fill,
)
from object_tracker_agent.training.room import SECONDS, Room
from object_tracker_agent.training.snapshot import Position, capture, restore
from object_tracker_agent.training.statistics import RecentEpisodes
from object_tracker_agent.training.stopwatch import Stopwatch
from object_tracker_agent.training.trainer_end import TrainerEnd

LISTEN_SECONDS = 0.5  # one wait for messages, after which a stop is looked for
REMIND_SECONDS = 30.0  # between two lines that say what is being waited for
TELL_SECONDS = 1.0  # between two times that the figures are told to those who look, while waiting


class Display(Protocol):
    """Where the trainer shows its progress (console.ProgressDisplay)."""

    def show(self, row: dict[str, object]) -> None: ...

    def say(self, line: str) -> None: ...

    def close(self) -> None: ...


class Trainer:
    """One training, from its newest checkpoint (or from nothing) to its end."""

    def __init__(
        self,
        run: Run,
        link: Link,
        stop: Waiting,
        *,
        display: Display | None = None,
        keep: int = KEEP,
        keep_every: int = 0,
        on_checkpoint: Callable[[Path], None] | None = None,
        room_seconds: float = SECONDS,
    ) -> None:
        """Build the learner and take up the run's newest valid checkpoint.

        The last `keep` checkpoints stay in the run folder, and every `keep_every`-th. `on_checkpoint` gets
        the folder of each one when it is durable, and must return at once. When the disk is full, the
        training waits `room_seconds` for room.

        Raises UserError: no valid checkpoint although there are some, or one of another preset.
        """
        self._run = run
        self._stop = stop
        self._store = CheckpointStore(run.checkpoints.folder, keep, keep_every)
        self._on_checkpoint = on_checkpoint
        software_versions()  # read slowly once: now, not while the first checkpoint holds the training up
        self._preset = run.load_preset()
        settings = self._preset.algorithm
        self._columns = settings.steps_per_update // settings.fragment_steps
        self._learner = build_learner(
            self._preset,
            run.settings.device,
            run.settings.seed,
            rollout_buffer_class=InterruptibleRolloutBuffer,
            rollout_buffer_arguments={"patience": Patience(stop)},
        )
        self._position = Position()
        self._recent = RecentEpisodes()
        account, counters = {}, {}
        if run.checkpoints.paths():
            checkpoint = run.checkpoints.newest()
            check_same_preset(self._preset, checkpoint.manifest.preset, f"checkpoint {checkpoint.path}")
            self._position = restore(checkpoint, self._learner)
            self._recent = RecentEpisodes(checkpoint.manifest.episodes)
            account, counters = checkpoint.manifest.account, checkpoint.manifest.counters
        self._intake = Intake(
            run.settings.run_id, layout_of(self._preset), run.settings.max_policy_lag, account, counters
        )
        message = RunMessage(
            run.settings.run_id,
            run.settings.seed,
            run.settings.total_steps,
            self._preset.to_dict(),
            run.settings.max_policy_lag,
            run.settings.world,
            run.settings.arenas,
        )
        self._end = TrainerEnd(link, message)
        self._row: dict[str, object] = {}  # of progress.csv, the last one of this session
        self._saved_at = time.time()
        self._next_tell = 0.0
        self._watch = Stopwatch()
        self._display: Display = display or ProgressDisplay(self._position.steps, run.settings.total_steps)
        link.say = self._display.say
        self._room = Room(stop, self._display.say, room_seconds)
        self._progress = self._room.wait_for(lambda: ProgressFile(run.progress_file, self._position.update))
        self._lineage = self._room.wait_for(
            lambda: LineageFile(run.lineage_file, self._position.update, account)
        )

    @property
    def position(self) -> Position:
        return self._position

    def workers(self) -> list[str]:
        """Return the names of the workers that are alive."""
        return self._end.workers()

    def train(self) -> str:
        """Train until the total is reached or a stop is asked for; return ``finished`` or ``stopped``.

        Either way the newest checkpoint holds all that was learned. Raises UserError: disk full for
        long, Redis gone.
        """
        total = self._run.settings.total_steps
        try:
            self._open()
            begun, watch = time.monotonic(), self._watch
            watch.lap("start")
            watch.take()
            while self._position.steps < total:
                row = self._update(self._gather())
                watch.lap("update")
                fates = self._intake.take_fates()
                self._room.wait_for(partial(self._lineage.add, self._position.update, fates))
                self._save()
                watch.lap("checkpoint")
                parts = watch.take()
                row |= {f"{part}_seconds": seconds for part, seconds in parts.items()}
                row["steps_per_second"] = self._preset.algorithm.steps_per_update / sum(parts.values())
                row["seconds"] = self._progress.seconds_before + time.monotonic() - begun
                self._room.wait_for(partial(self._progress.add, row))
                # After its line is written: this may wait for Redis, and a stop would end it
                self._end.advance(self._policy_message(), self._intake.next)
                watch.lap("transport")
                self._display.show(row)
                self._row = row
                self._tell()
        except (Stopped, UpdateInterrupted):
            self._say_end("stopped")
            return "stopped"
        finally:
            self._display.close()
        self._say_end("finished")
        return "finished"

    def _open(self) -> None:
        paths = self._run.checkpoints.paths()
        if not paths:
            self._save()  # the untrained policy: from here on there always is a valid checkpoint
        else:
            self._saved_at = paths[-1].stat().st_mtime
            if self._position.update:
                self._display.say(f"going on with this run: {self._position.steps:,} steps are done")
        self._end.open(self._policy_message(), self._intake.next)
        self._tell()

    def _gather(self) -> list[Fragment]:
        """Wait for an update's worth of fragments. Raises Stopped."""
        intake, remind = self._intake, time.monotonic() + REMIND_SECONDS
        while (missing := self._columns - len(intake.waiting)) > 0:
            if self._stop:
                raise Stopped
            # Never more than this update needs: what is consumed is then what the checkpoint has used
            self._watch.lap("transport")
            messages = self._end.read(missing, LISTEN_SECONDS, intake.next)
            self._watch.lap("waiting")
            for message in messages:
                intake.offer(message, self._position.update)
            self._end.hold(len(intake.waiting), training=False)
            if time.monotonic() > self._next_tell:
                self._tell()
            if messages:
                remind = time.monotonic() + REMIND_SECONDS
            elif time.monotonic() > remind:
                remind = time.monotonic() + REMIND_SECONDS
                alive = ", ".join(self._end.workers()) or "none"
                self._display.say(
                    f"waiting for experience: {len(intake.waiting)} of {self._columns} fragments are here; "
                    f"rollout workers alive: {alive}"
                )
        self._end.hold(0, training=True)
        intake.settle(self._end.made())
        self._watch.lap("transport")
        return intake.take()

    def _update(self, fragments: list[Fragment]) -> dict[str, object]:
        learner, position, settings = self._learner, self._position, self._preset.algorithm
        lag = sum(position.update - fragment.policy_version for fragment in fragments) / len(fragments)
        fill(learner.rollout_buffer, fragments)
        steps = position.steps + settings.steps_per_update
        losses = self._learn(steps)
        self._position = Position(position.update + 1, steps)
        episodes = [episode for fragment in fragments for episode in fragment.episodes]
        self._recent.add(episodes)
        self._display.say(policy_line(losses, learner.epochs))
        counters = self._intake.counters
        return {
            "update": self._position.update,
            "steps": steps,
            "episodes": len(episodes),
            **self._recent.means(),
            "policy_lag": lag,
            "fragments_used": counters[USED],
            "fragments_dropped": sum(counters[reason] for reason in DROPPED),
            "fragments_missing": counters[MISSING],
            **losses,
        }

    def _learn(self, steps: int) -> dict[str, float]:
        """Update the policy by what is in the rollout buffer; `steps` are done then. Return the losses."""
        return self._learner.update(steps, self._run.settings.total_steps)

    def _tell(self) -> None:
        """Say in Redis how the training does, and give back what workers that are gone had reserved.

        Until that is done the others wait for fragments that never come, or play less than they could.
        """
        self._end.workers()
        self._next_tell = time.monotonic() + TELL_SECONDS
        row: dict[str, Any] = self._row
        self._end.tell(
            TrainerFigures(
                self._position.update,
                self._position.steps,
                dict(self._intake.counters),
                max(0.0, time.time() - self._saved_at),
                row.get("steps_per_second"),
                row.get("policy_lag"),
                **{name: self._recent.means()[name] for name in ("reward", "success")},
            )
        )

    def _save(self) -> None:
        checkpoint = capture(
            self._preset,
            self._run.settings.seed,
            self._learner,
            self._position,
            self._intake,
            self._recent,
        )
        path = self._room.wait_for(lambda: self._store.save(checkpoint))
        self._saved_at = time.time()
        if self._on_checkpoint is not None:
            self._on_checkpoint(path)

    def _policy_message(self) -> PolicyMessage:
        return PolicyMessage(
            self._run.settings.run_id, self._position.update, parameters(self._learner.policy)
        )

    def _say_end(self, status: str) -> None:
        # Redis may have gone before us: whoever stopped us has stopped it, too
        with contextlib.suppress(Stopped):
            self._end.end(status)
