"""A network's parameters and its optimiser's state as named NumPy arrays, and back, every shape checked."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from stable_baselines3.common.policies import ActorCriticPolicy
from torch import nn

from object_tracker_agent.checkpoints.tensors import Arrays, Shapes, check_shapes

ADAM_STATE = ("exp_avg", "exp_avg_sq", "step")


def parameters(module: nn.Module) -> Arrays:
    """Return copies of the parameters by name; those used in two places stand there once."""
    return {name: value.detach().cpu().numpy().copy() for name, value in module.named_parameters()}


def parameter_shapes(module: nn.Module) -> Shapes:
    """Return what `load_parameters` expects."""
    return {name: (tuple(value.shape), np.dtype(np.float32)) for name, value in module.named_parameters()}


def load_parameters(module: nn.Module, arrays: Mapping[str, np.ndarray]) -> None:
    """Set all parameters. Raises ValueError, before anything is changed, unless all of them fit."""
    check_shapes(arrays, parameter_shapes(module))
    with torch.no_grad():
        for name, value in module.named_parameters():
            value.copy_(torch.from_numpy(np.array(arrays[name])))


def optimizer_state(policy: ActorCriticPolicy) -> Arrays:
    """Return Adam's state as ``<parameter>.<exp_avg|exp_avg_sq|step>``; empty before the first update."""
    state = policy.optimizer.state
    return {
        f"{name}.{key}": state[value][key].detach().cpu().numpy().copy()
        for name, value in policy.named_parameters()
        if value in state
        for key in ADAM_STATE
    }


def load_optimizer_state(policy: ActorCriticPolicy, arrays: Mapping[str, np.ndarray]) -> None:
    """Set Adam's state to what `optimizer_state` returned. Raises ValueError unless all of it fits."""
    names = [name for name, _ in policy.named_parameters()]
    if not arrays:
        return
    expected = {
        f"{name}.{key}": (() if key == "step" else shape, dtype)
        for name, (shape, dtype) in parameter_shapes(policy).items()
        for key in ADAM_STATE
    }
    check_shapes(arrays, expected)
    state = {
        index: {key: torch.from_numpy(np.array(arrays[f"{name}.{key}"])) for key in ADAM_STATE}
        for index, name in enumerate(names)
    }
    groups = policy.optimizer.state_dict()["param_groups"]
    policy.optimizer.load_state_dict({"state": state, "param_groups": groups})
