"""The picture's way to features, as the preset's network says."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import nn

CONTRAST = 4.0
"""Brings the deviations from a picture's mean, a quarter at most, to about 1."""


class ConvolutionalFeatures(BaseFeaturesExtractor):
    """Convolutions without padding, each [filters, kernel, stride], then one dense layer; a ReLU after each.

    The form of Mnih et al. 2015 (Nature 518, "Human-level control"), with sizes from the preset. Takes
    float pictures in 0 .. 1 as SB3's policies prepare them. Shape: (batch, C, H, W) -> (batch, dense).

    With `centre` each channel's mean over the picture is subtracted first. Ground and sky are most of a
    picture and say nothing; without them the few pixels of a Burger far away are no small change of a large
    number.
    """

    def __init__(
        self, space: spaces.Box, convolutions: Sequence[Sequence[int]], dense: int, centre: bool = False
    ) -> None:
        super().__init__(space, features_dim=dense)
        self._centre = centre
        channels, height, width = space.shape
        layers: list[nn.Module] = []
        for filters, kernel, stride in convolutions:
            layers += [nn.Conv2d(channels, filters, kernel, stride), nn.ReLU()]
            channels = filters
            height = (height - kernel) // stride + 1
            width = (width - kernel) // stride + 1
        self.convolutions = nn.Sequential(*layers, nn.Flatten())
        self.dense = nn.Sequential(nn.Linear(channels * height * width, dense), nn.ReLU())

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        if self._centre:
            observations = CONTRAST * (observations - observations.mean((2, 3), keepdim=True))
        return self.dense(self.convolutions(observations))
