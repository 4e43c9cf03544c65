"""What an experiment is made of, and what is refused."""

import pytest

from object_tracker_agent.errors import UserError
from object_tracker_agent.presets import load_preset
from object_tracker_sim.experiments.settings import ExperimentSettings


def test_nothing_changed_is_the_preset():
    settings = ExperimentSettings("x")
    assert settings.called() == "approach"
    assert settings.changed_preset() == load_preset("approach")
    assert settings.all_seeds() == [0, 1, 2]
    assert settings.steps(settings.changed_preset()) == 100_000
    assert settings.updates_between(settings.changed_preset()) == 9  # of 98 updates, 10 points


def test_what_is_set_is_changed_and_in_the_name():
    changes = "algorithm.epochs=4 reward.name=inverse_distance randomisation.sun_strength='[0.5, 1.5]'"
    settings = ExperimentSettings("x", "approach", changes, total_steps=50_000)
    preset = settings.changed_preset()
    assert (preset.algorithm.epochs, preset.reward.name) == (4, "inverse_distance")
    assert preset.randomisation.sun_strength.high == 1.5
    assert settings.called() == (
        "approach,algorithm.epochs=4,reward.name=inverse_distance,randomisation.sun_strength=_0.5_1.5_"
    )
    assert settings.steps(preset) == 50_000
    assert ExperimentSettings("x", set=changes, name="mine").called() == "mine"


def test_more_points_than_updates_are_all_updates():
    settings = ExperimentSettings("x", total_steps=3000, points=50)
    assert settings.updates_between(settings.changed_preset()) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"set": "algorithm.epochs"}, "'algorithm.epochs' has no '='"),
        ({"set": "algorithm.epocs=4"}, r"algorithm.epocs: unknown key \(did you mean 'epochs'\?\)|epocs"),
        ({"set": "algorithm.epochs=many"}, "algorithm.epochs: must be a whole number"),
        ({"set": "world.name=arena"}, "the preset has no table 'world'"),
        ({"set": "algorithm.epochs=[1"}, "is not YAML"),
        ({"set": "name='x"}, "--set: No closing quotation"),
        ({"preset": "aproach"}, "did you mean 'approach'"),
    ],
)
def test_changes_that_are_refused(changes, message):
    with pytest.raises(UserError, match=message) as error:
        ExperimentSettings("x", **changes).changed_preset()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": "0,x"}, "--seeds must be whole numbers"),
        ({"seeds": ""}, "--seeds must be whole numbers"),
        ({"points": 0}, "--points must be from 1 to 1000, not 0"),
        ({"trials": 0}, "--trials must be from 1"),
        ({"trials_seed": -1}, "--trials-seed must be from 0"),
        ({"name": "a/b"}, "--name may have letters"),
    ],
)
def test_arguments_that_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        ExperimentSettings("x", **changes)
