"""Program ``evaluate``: seeded trials of a checkpoint's policy in the simulation of its ROS domain."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from object_tracker_agent.checkpoints import resolve_checkpoint
from object_tracker_agent.command_line import option, parse
from object_tracker_agent.errors import UserError
from object_tracker_agent.evaluation import DRIVERS, POLICY
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.processes import Stop, die_with_parent, run_main

if TYPE_CHECKING:
    from object_tracker_agent.policies import Policy

MAX_TRIALS = 1_000_000


@dataclass(frozen=True)
class EvaluateArguments:
    """Play trials in the simulation of ROS_DOMAIN_ID, a policy's with its best action; write results."""

    output_dir: str = option("where the results go")
    checkpoint: str = option(
        "a run folder (its newest checkpoint), RUN/best, a checkpoint, latest, best, shipped/PRESET or"
        " s3://bucket/prefix",
        "",
    )
    s3_uri: str = option("where the checkpoint was brought from, to make it the best there if it is", "")
    preset: str = option(
        "what the checkpoint must be of; without one (--untrained, --driver): what to play, else approach", ""
    )
    trials: int = option("how many", 20)
    seed: int = option("of the trials' starts; the same seed gives the same starts", 0)
    untrained: bool = option("play with random first weights instead, to compare with", False)
    driver: str = option(
        "policy; to compare: scripted (knows where the Burger is), random (draws actions)", POLICY, DRIVERS
    )


def evaluate(arguments: list[str]) -> int:
    die_with_parent()
    options = parse(EvaluateArguments, "evaluate", arguments)
    if not 1 <= options.trials <= MAX_TRIALS:
        raise UserError(f"trials is {options.trials}, but must be from 1 to {MAX_TRIALS}")
    if not 0 <= options.seed < 2**31:
        raise UserError(f"seed is {options.seed}, but must be from 0 to 2147483647")
    folder = Path(options.output_dir).expanduser().absolute()
    checkpoint = _checkpoint(options)
    candidate = None
    if checkpoint is not None and not options.untrained and options.driver == POLICY:
        from object_tracker_agent.storage.best import Candidate

        given = options.checkpoint if options.checkpoint.startswith("s3:") else ""
        candidate = Candidate.of(checkpoint, options.s3_uri or given)
    stop = Stop().install()

    from object_tracker_agent.envs import ObjectTrackerVecEnv
    from object_tracker_agent.evaluation.drivers import make_driver
    from object_tracker_agent.evaluation.results import prepare_output, write_results
    from object_tracker_agent.evaluation.summary import summarise, table
    from object_tracker_agent.evaluation.trials import Trial, TrialSeeds, play_trials
    from object_tracker_agent.policies.threads import use_threads
    from object_tracker_agent.ros import StepClient
    from object_tracker_agent.simulation import CALL_TIMEOUT
    from object_tracker_agent.training.fragment import Episode
    from object_tracker_agent.training.log_lines import episode_line

    prepare_output(folder)
    use_threads(1)
    preset, policy, about = _subject(options, checkpoint)
    client = StepClient(timeout=CALL_TIMEOUT)
    seeds = TrialSeeds(options.trials, options.seed)
    env = ObjectTrackerVecEnv(client, preset, episode_seed=seeds)
    driver = make_driver(options.driver, env, policy)
    about["world"] = Path(client.describe().world).stem
    steps = 0

    def say(trial: Trial) -> None:
        nonlocal steps
        steps += trial.steps
        episode = Episode(trial.reward, trial.steps, trial.success, trial.final_distance, False)
        line = episode_line("Testing", "0", trial.trial, episode, steps, about["update"])
        print(f"{line}, {trial.end} at {trial.final_distance:.2f} m", flush=True)

    try:
        trials = play_trials(env, seeds, driver, options.trials, on_trial=say, go_on=lambda: not stop)
    finally:
        env.close()
    if len(trials) < options.trials:
        print(f"stopped after {len(trials)} of {options.trials} trials; no results written", flush=True)
        return 0
    summary = {**summarise(trials, preset.task.goal), **about, "seed": options.seed}
    write_results(folder, summary, trials)
    print(f"evaluation of {_called(about)}", flush=True)
    print(table(summary, preset.task.goal))
    print(f"  results         {folder}/summary.json, trials.csv", flush=True)
    if candidate is not None:
        try:
            for line in candidate.record(summary["successes"], summary["trials"]):
                print(line, flush=True)
        except UserError as error:  # the results are there
            print(f"warning: not recorded for checkpoint:=best: {error}", file=sys.stderr, flush=True)
    return 0


def _checkpoint(options: EvaluateArguments) -> Path | None:
    if options.checkpoint:
        return resolve_checkpoint(options.checkpoint, options.preset or None)
    if not options.untrained and options.driver == POLICY:
        raise UserError(
            "which policy? Give --checkpoint (a run folder or a checkpoint), or --untrained --preset"
        )
    return None


def _subject(
    options: EvaluateArguments, checkpoint: Path | None
) -> tuple[Preset, Policy | None, dict[str, Any]]:
    """Return the task, the policy that plays it (None: another driver does), and what to say about it."""
    import torch

    from object_tracker_agent.checkpoints import read_checkpoint
    from object_tracker_agent.policies import Policy
    from object_tracker_agent.policies.policy import preset_of

    found = None if checkpoint is None else read_checkpoint(checkpoint, optimizer=False)
    preset = load_preset(options.preset or "approach") if found is None else preset_of(found)
    about: dict[str, Any] = {"preset": preset.name, "driver": options.driver}
    about |= {"checkpoint": None, "update": 0, "steps": 0, "untrained": options.untrained}
    if options.driver != POLICY:
        return preset, None, about
    if found is None or checkpoint is None or options.untrained:
        torch.manual_seed(options.seed)
        return preset, Policy(preset), about
    about |= {"checkpoint": str(checkpoint), "update": found.manifest.update, "steps": found.manifest.steps}
    return preset, Policy.from_checkpoint(checkpoint), about


def _called(about: dict[str, Any]) -> str:
    if about["driver"] != POLICY:
        return f"the {about['driver']} driver"
    return about["checkpoint"] or "an untrained policy"


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(evaluate, arguments)


if __name__ == "__main__":
    sys.exit(main())
