"""Makes test/golden/weights, small files as PyTorch writes them, and test/golden/state-dicts.json, what the tensors of known
networks are called.

    python scripts/golden/weights.py

Needs timm besides what reference.py needs.
"""

import json
from collections import OrderedDict
from pathlib import Path

import timm
import torch
import torchvision
from safetensors.torch import save_file
from torch import nn

from reference import between, mask_rcnn

GOLDEN = Path(__file__).parents[2] / "test/golden"
FOLDER = GOLDEN / "weights"
FOLDER.mkdir(exist_ok=True)


class Code:
    """A pickle of it calls a function when Python reads it."""

    def __reduce__(self):
        return print, ("code of a pickle ran",)


# Views of storages that they share, of every order of strides, and all types of floating point.
shared = between("weights/shared", (4, 6), -2, 2)
tensors = OrderedDict(
    {
        "conv.weight": nn.Parameter(between("weights/conv", (2, 3, 2, 2), -2, 2)),
        "norm.running_var": between("weights/norm", (3,), 0.5, 1.5),
        "norm.num_batches_tracked": torch.tensor(17),
        "transposed": shared.t(),
        "slice": shared[1:3, 2:5],
        "expanded": shared[0, :3].expand(2, 3),
        "channels_last": between("weights/last", (1, 3, 2, 4), -2, 2).contiguous(memory_format=torch.channels_last),
        "half": torch.tensor([1.0, -2.0, 2.0**-24, 65504.0, torch.inf, 0.1]).half(),
        "bfloat16": torch.tensor([1.0, -2.0, 1e-30, 3e38, 0.1]).bfloat16(),
        "double": torch.tensor([0.1, -1e-40], dtype=torch.float64),
        "scalar": torch.tensor(0.25),
        "empty": torch.zeros(0, 3),
    }
)
# What a module's state dict has beside its items.
tensors._metadata = OrderedDict({"": {"version": 1}})
torch.save(tensors, FOLDER / "tensors.pth")
torch.save(tensors, FOLDER / "tensors-legacy.pth", _use_new_zipfile_serialization=False)
checkpoint = {"epoch": 3, "best": 0.5, "optimizer": {"state": {}, "lr": [1e-3]}, "state_dict": {"module.a": shared}}
torch.save(checkpoint, FOLDER / "checkpoint.pth")
torch.save({"a": shared, "b": Code()}, FOLDER / "code.pth")
torch.save({"a": shared, "b": Code()}, FOLDER / "code-legacy.pth", _use_new_zipfile_serialization=False)
torch.save(nn.Linear(2, 2), FOLDER / "module.pth")
torch.save([shared], FOLDER / "list.pth")
expected = {k: v.detach().float().contiguous().clone() for k, v in tensors.items() if v.is_floating_point()}
save_file({**expected, "shared": shared}, FOLDER / "tensors.safetensors")

networks = {
    "torchvision maskrcnn_resnet50_fpn": mask_rcnn(),
    "torchvision resnet50": torchvision.models.resnet50(),
    "timm resnet50": timm.create_model("resnet50"),
    "torchvision mobilenet_v2": torchvision.models.mobilenet_v2(),
    "timm mobilenetv2_100": timm.create_model("mobilenetv2_100"),
    "timm mobilenetv1_100": timm.create_model("mobilenetv1_100"),
    "torchvision shufflenet_v2_x1_0": torchvision.models.shufflenet_v2_x1_0(),
}
names = {network: {k: list(v.shape) for k, v in model.state_dict().items()} for network, model in networks.items()}
text = json.dumps(names, separators=(",", ":")).replace('},"', '},\n"')
(GOLDEN / "state-dicts.json").write_text(text + "\n")
for file in sorted(FOLDER.iterdir()):
    print(f"{file.name}: {file.stat().st_size} bytes")
