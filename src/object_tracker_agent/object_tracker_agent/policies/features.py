"""The picture's way to features, as the preset's network says."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import nn


class ConvolutionalFeatures(BaseFeaturesExtractor):
    """Convolutions without padding, each [filters, kernel, stride], then one dense layer; a ReLU after each.

    The form of Mnih et al. 2015 (Nature 518, "Human-level control"), with sizes from the preset. Takes
    float pictures in 0 .. 1 as SB3's policies prepare them. Shape: (batch, C, H, W) -> (batch, dense).
    """

    def __init__(self, space: spaces.Box, convolutions: Sequence[Sequence[int]], dense: int) -> None:
        super().__init__(space, features_dim=dense)
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
        return self.dense(self.convolutions(observations))
