"""Makes test/golden/classifiers.safetensors: logits and gradients of torchvision's and timm's small networks, and of an
AttoNet written in PyTorch, in training and in evaluation mode.

    python scripts/golden/classifiers.py

Needs timm besides what reference.py needs. All is computed in double precision.
"""

from pathlib import Path

import timm
import torch
import torchvision
from safetensors.torch import save_file
from torch import nn

from reference import between, reference_state, weight_range

CLASSES = 51
IMAGES = (4, 3, 96, 96)

torch.set_num_threads(2)
golden = {}


def calm_range(name, shape):
    """Keeps most of what the activations see away from 0, where their gradient jumps: with statistics of the batch, the
    rounding of float32 alone would turn enough of them to change gradients by a hundredth."""
    if name.endswith("bias"):
        return 0.8, 1.2
    return (0.2, 0.4) if len(shape) == 1 and name.endswith("weight") else weight_range(name, shape)


class FixedDropout(nn.Module):
    """Dropout whose choice is known."""

    def forward(self, x):
        kept = between("classifiers/dropout", x.shape, 0, 1) >= 0.2
        return x * kept / 0.8 if self.training else x


def mobilenet_v2():
    model = torchvision.models.mobilenet_v2(num_classes=CLASSES)
    assert model.classifier[0].p == 0.2
    model.classifier[0] = FixedDropout()
    return model


def layer(*channels, activation=True, **settings):
    parts = [nn.Conv2d(*channels, bias=False, **settings), nn.BatchNorm2d(channels[1])]
    return nn.Sequential(*parts, *([nn.ReLU()] if activation else []))


class AttoModule(nn.Module):
    def __init__(self, width, multiplier, compress, mix, expand, stride):
        super().__init__()
        grouped = compress * multiplier
        self.compress = layer(width, compress, 1)
        self.groups = layer(compress, grouped, 3, stride=stride, padding=1, groups=compress)
        self.mix = layer(grouped, mix, 1)
        self.expand = layer(mix, expand, 1, activation=False)
        plain = width == expand and stride == 1
        self.shortcut = nn.Identity() if plain else layer(width, expand, 1, stride=stride, activation=False)

    def forward(self, x):
        return (self.expand(self.mix(self.groups(self.compress(x)))) + self.shortcut(x)).relu()


class AttoNetD(nn.Module):
    """The column AttoNet-D of the paper's Table 1: compression, mix and width of each module."""

    rows = (
        [(7, 8, 112), (5, 5, 112), (7, 6, 112)]
        + 4 * [(8, 8, 264)]
        + 6 * [(8, 8, 467)]
        + [(16, 8, 140), (8, 8, 140), (8, 8, 140)]
    )

    def __init__(self):
        super().__init__()
        self.stem = layer(3, 3, 7, stride=2, padding=3)
        self.pool = nn.MaxPool2d(3, 2, 1)
        width = 3
        for i, (compress, mix, expand) in enumerate(self.rows, 1):
            setattr(self, f"module{i}", AttoModule(width, 4, compress, mix, expand, 2 if i in (4, 8, 14) else 1))
            width = expand
        self.fc = nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.pool(self.stem(x))
        for i in range(1, len(self.rows) + 1):
            x = getattr(self, f"module{i}")(x)
        return self.fc(x.mean((2, 3)))


networks = {
    "attonet-d": AttoNetD,
    "mobilenet-v1": lambda: timm.create_model("mobilenetv1_100", num_classes=CLASSES),
    "mobilenet-v2": mobilenet_v2,
    "shufflenet-v2": lambda: torchvision.models.shufflenet_v2_x1_0(num_classes=CLASSES),
}
images = between("classifiers/images", IMAGES, -2, 2).double()
weights = between("classifiers/weights", (IMAGES[0], CLASSES), -1, 1).double()
for name, make in networks.items():
    for mode in ("training", "evaluation"):
        model = make()
        model.load_state_dict(reference_state(model, calm_range if mode == "training" else weight_range))
        model.double().train(mode == "training")
        logits = model(images)
        golden[f"{name}.{mode}.logits"] = logits.detach().float()
        (logits * weights).sum().backward()
        # A row for each parameter, by name: the gradient's norm, and its products with two random vectors.
        rows = []
        for parameter_name, parameter in sorted(model.named_parameters()):
            gradient = parameter.grad.flatten()
            projections = [
                gradient @ between(f"projection/{k}/{parameter_name}", gradient.shape, -1, 1).double()
                for k in range(2)
            ]
            rows.append(torch.stack([gradient.norm(), *projections]))
        golden[f"{name}.{mode}.gradients"] = torch.stack(rows).float()
        if mode == "training":
            # The norms' statistics behind this one batch, by name.
            statistics = sorted((n, b) for n, b in model.named_buffers() if n.endswith(("mean", "var")))
            golden[f"{name}.statistics"] = torch.stack([b.norm() for _, b in statistics]).float()
        print(f"{name}, {mode}: logits of deviation {logits.std():.3f}")

target = Path(__file__).parents[2] / "test/golden/classifiers.safetensors"
save_file(golden, target)
print(f"{target}: {len(golden)} tensors, {target.stat().st_size / 1e3:.0f} kB")
