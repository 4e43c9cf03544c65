"""Gymnasium knows the environment as soon as the package is imported, which stays light."""

import subprocess
import sys

import pytest


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_package_registers_and_nothing_more():
    out = run(
        "import sys, object_tracker_agent, gymnasium\n"
        "print(gymnasium.spec('ObjectTracker-v0').entry_point)\n"
        "print([m for m in ('torch', 'rclpy', 'cv2', 'stable_baselines3') if m in sys.modules])"
    )
    assert out.splitlines() == ["object_tracker_agent.envs.object_tracker_env:ObjectTrackerEnv", "[]"]


def test_gymnasium_can_import_the_package_itself():
    out = run(
        "import gymnasium\n"
        "try: gymnasium.make('object_tracker_agent:ObjectTracker-v0', simulation='atach')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    assert out == "UserError simulation: must be 'own' or 'attach', not 'atach'; did you mean 'attach'?"


def test_gymnasium_adds_no_time_limit_and_no_second_registration():
    out = run(
        "import warnings; warnings.simplefilter('error')\n"
        "import importlib, gymnasium, object_tracker_agent\n"
        "importlib.reload(object_tracker_agent)\n"
        "print(gymnasium.spec('ObjectTracker-v0').max_episode_steps)"
    )
    assert out == "None"


@pytest.mark.parametrize(
    "name", ["ObjectTrackerEnv", "ObjectTrackerVecEnv", "ObjectTrackerVectorEnv", "make_vec_env"]
)
def test_environments_are_imported_on_first_use(name):
    assert run(f"from object_tracker_agent.envs import {name}; print({name}.__name__)") == name
