"""The picture's way to features, as the preset's network says."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import nn

from object_tracker_agent.presets import Convolution


class ConvolutionalFeatures(BaseFeaturesExtractor):
    """Convolutions without padding, then one dense layer, each followed by a ReLU.

    The form of Mnih et al. 2015 (Nature 518, "Human-level control"), with sizes from the preset. Takes
    float pictures in 0 .. 1 as SB3's policies prepare them. Shape: (batch, C, H, W) -> (batch, dense).
    """

    def __init__(self, space: spaces.Box, convolutions: Sequence[Convolution], dense: int) -> None:
        super().__init__(space, features_dim=dense)
        channels, height, width = space.shape
        layers: list[nn.Module] = []
        for layer in convolutions:
            layers += [nn.Conv2d(channels, layer.filters, layer.kernel, layer.stride), nn.ReLU()]
            channels = layer.filters
            height = (height - layer.kernel) // layer.stride + 1
            width = (width - layer.kernel) // layer.stride + 1
        self.convolutions = nn.Sequential(*layers, nn.Flatten())
        self.dense = nn.Sequential(nn.Linear(channels * height * width, dense), nn.ReLU())

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        return self.dense(self.convolutions(observations))
