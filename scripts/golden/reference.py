"""What the golden scripts share: numbers that Python and TypeScript draw alike, and torchvision's model with them.

Golden files need no weights: a weight is a hash of its name and its position. test/support/reference.ts draws the same.
Needs torch, torchvision, numpy and safetensors; atto itself needs none of them.
"""

import numpy as np
import torch
import torchvision
from torchvision.models.detection import MaskRCNN, _utils as detection_utils
from torchvision.models.detection.backbone_utils import _resnet_fpn_extractor

CLASSES = 21


def uniform(name, count):
    """`count` numbers in [0, 1): a 32-bit hash of `name` and the position."""
    seed = 0x811C9DC5
    for character in name:
        seed = ((seed ^ ord(character)) * 0x01000193) & 0xFFFFFFFF
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
    return x.astype(np.float64) / 2**32


def between(name, shape, low, high):
    """Float32 tensor of numbers between `low` and `high`."""
    values = low + (high - low) * uniform(name, int(np.prod(shape)))
    return torch.from_numpy(values.astype(np.float32)).reshape(shape)


def weight_range(name, shape):
    """Bounds that keep a deep network's activations, scores and boxes in a lively range."""
    if name.endswith("running_var"):
        return 0.5, 1.5
    if name.endswith("running_mean"):
        return -0.2, 0.2
    if len(shape) == 1 and name.endswith("weight"):
        return (0.1, 0.4) if "bn3" in name else (0.5, 1.0)
    if name.endswith("bias"):
        return -0.1, 0.1
    fan_in = int(np.prod(shape[1:]))
    gain = {"cls_logits": 3.0, "bbox_pred": 0.4, "cls_score": 1.5}.get(name.split(".")[-2], 1.0)
    bound = gain * (3 / fan_in) ** 0.5
    return -bound, bound


def reference_state(model, bounds=weight_range):
    state = model.state_dict()
    return {
        name: value
        if name.endswith("num_batches_tracked")
        else between(name, value.shape, *bounds(name, tuple(value.shape)))
        for name, value in state.items()
    }


def image(name, height, width):
    """A picture with soft structure and some noise: uint8 `[3, height, width]`."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    noise = uniform(name, 3 * height * width).reshape(3, height, width)
    phase = uniform(name + "/phase", 9) * 2 * np.pi
    channels = [
        127.5
        + 50 * np.sin(x / (7 + 5 * c) + phase[3 * c])
        + 40 * np.cos(y / (9 + 4 * c) + phase[3 * c + 1])
        + 30 * (noise[c] - 0.5)
        for c in range(3)
    ]
    return torch.from_numpy(np.clip(np.floor(np.stack(channels)), 0, 255).astype(np.uint8))


def ellipse(height, width, box):
    """Mask of the ellipse in a box."""
    x1, y1, x2, y2 = box
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    inside = ((x + 0.5 - (x1 + x2) / 2) / ((x2 - x1) / 2)) ** 2 + (
        (y + 0.5 - (y1 + y2) / 2) / ((y2 - y1) / 2)
    ) ** 2
    return torch.from_numpy((inside <= 1).astype(np.uint8))


def mask_rcnn(classes=CLASSES, trainable_layers=3, **settings):
    """torchvision's maskrcnn_resnet50_fpn with a frozen norm, without weights."""
    backbone = torchvision.models.resnet50(norm_layer=torchvision.ops.misc.FrozenBatchNorm2d)
    return MaskRCNN(_resnet_fpn_extractor(backbone, trainable_layers), classes, **settings)


def evenly_spaced_sampling():
    """Replaces torchvision's random sampler: the first positives, and negatives at even distances."""

    def sample(self, matched_idxs):
        positive_masks, negative_masks = [], []
        for matches in matched_idxs:
            positive = torch.where(matches >= 1)[0]
            negative = torch.where(matches == 0)[0]
            wanted = min(int(self.batch_size_per_image * self.positive_fraction), positive.numel())
            rest = min(self.batch_size_per_image - wanted, negative.numel())
            step = negative.numel() // rest if rest else 1
            masks = [torch.zeros_like(matches, dtype=torch.uint8) for _ in range(2)]
            masks[0][positive[:wanted]] = 1
            masks[1][negative[::step][:rest]] = 1
            positive_masks.append(masks[0])
            negative_masks.append(masks[1])
        return positive_masks, negative_masks

    detection_utils.BalancedPositiveNegativeSampler.__call__ = sample
