from setuptools import setup

setup(
    name="my_task",
    version="1.0",
    packages=["my_task"],
    # By these names a preset finds them, wherever the package is installed.
    entry_points={
        "object_tracker.rewards": ["close_and_gentle = my_task.reward:close_and_gentle"],
        "object_tracker.motions": ["circle = my_task.motion:circle"],
    },
)
