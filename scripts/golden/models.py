"""Makes test/golden/mask-rcnn-r50-fpn.safetensors: torchvision's whole Mask R-CNN on two small pictures.

    python scripts/golden/models.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

from reference import CLASSES, between, ellipse, evenly_spaced_sampling, image, mask_rcnn, reference_state

torch.set_num_threads(2)
golden = {}


def keep(name, value):
    golden[name] = value.detach().to(torch.float32).contiguous().clone()


TRUTH = [
    ((120, 160), [([10.0, 12, 70, 100], 1), ([60, 30, 150, 90], 7), ([100, 5, 140, 40], 20)]),
    ((150, 110), [([5.0, 60, 100, 145], 15), ([30, 10, 80, 70], 3)]),
]


def pictures():
    return [image(f"model/{i}", *size).float() / 255 for i, (size, _) in enumerate(TRUTH)]


def targets():
    return [
        {
            "boxes": torch.tensor([box for box, _ in objects]),
            "labels": torch.tensor([label for _, label in objects]),
            "masks": torch.stack([ellipse(*size, box) for box, _ in objects]),
        }
        for size, objects in TRUTH
    ]


def make():
    # So few proposals that all of them are sampled: nothing depends on the order of near ties.
    few = {f"rpn_{when}_nms_top_n_{mode}": n for when, n in (("pre", 200), ("post", 100)) for mode in ("train", "test")}
    model = mask_rcnn(min_size=160, max_size=267, box_detections_per_img=20, **few)
    model.load_state_dict(reference_state(model))
    return model


evenly_spaced_sampling()
model = make().eval()
with torch.no_grad():
    batch, _ = model.transform(pictures())
    features = model.backbone.body(batch.tensors)
    for level, feature in features.items():
        keep(f"features.C{int(level) + 2}", feature[:, ::16, ::4, ::4])
    found = model(pictures())
for i, detections in enumerate(found):
    for name in ("boxes", "scores", "labels"):
        keep(f"detections.{i}.{name}", detections[name])
    keep(f"detections.{i}.areas", (detections["masks"][:, 0] > 0.5).sum((1, 2)))

model = make().train()
losses = model(pictures(), targets())
for name, loss in losses.items():
    keep(f"losses.{name}", loss)
sum(losses.values()).backward()
for name, parameter in model.named_parameters():
    if parameter.requires_grad:
        gradient = parameter.grad.flatten().double()
        projections = [
            gradient @ between(f"projection/{k}/{name}", gradient.shape, -1, 1).double() for k in range(2)
        ]
        keep(f"gradient.{name}", torch.stack([gradient.norm(), *projections]))

model = make().train()
parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.SGD(parameters, lr=0.002, momentum=0.9, weight_decay=1e-4)
history = []
for _ in range(6):
    losses = model(pictures(), targets())
    history.append(torch.stack(list(losses.values())))
    optimizer.zero_grad()
    sum(losses.values()).backward()
    optimizer.step()
keep("sgd.losses", torch.stack(history))

target = Path(__file__).parents[2] / "test/golden/mask-rcnn-r50-fpn.safetensors"
save_file(golden, target)
print(f"{target}: {len(golden)} tensors, {target.stat().st_size / 1e3:.0f} kB")
for i, detections in enumerate(found):
    print(f"picture {i}: scores", detections["scores"].tolist())
for step in (0, -1):
    print({name: f"{value:.5f}" for name, value in zip(losses, history[step].tolist())})
