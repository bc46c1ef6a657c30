"""Makes test/golden/mask-rcnn-r50-fpn.safetensors and mask-rcnn-r50-c4.safetensors: torchvision's whole Mask R-CNN, and
the same on a single map, on two small pictures.

    python scripts/golden/models.py
"""

from pathlib import Path

import torch
import torchvision
from safetensors.torch import save_file
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.mask_rcnn import MaskRCNNPredictor
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor
from torchvision.ops import MultiScaleRoIAlign

from reference import CLASSES, between, ellipse, evenly_spaced_sampling, image, mask_rcnn, reference_state

torch.set_num_threads(2)

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


def few_proposals(before_nms, after_nms):
    """So few proposals that all of them are sampled: nothing depends on the order of near ties."""
    counts = {"pre": before_nms, "post": after_nms}
    return {f"rpn_{when}_nms_top_n_{mode}": n for when, n in counts.items() for mode in ("train", "test")}


class C4Backbone(torch.nn.Module):
    """ResNet-50 whose last stage doesn't run on the image; frozen up to layer1."""

    out_channels = 1024

    def __init__(self):
        super().__init__()
        self.body = torchvision.models.resnet50(norm_layer=torchvision.ops.misc.FrozenBatchNorm2d)
        del self.body.fc
        for name, parameter in self.body.named_parameters():
            parameter.requires_grad_(name.startswith(("layer2", "layer3", "layer4")))

    def forward(self, images):
        body = self.body
        x = body.maxpool(body.relu(body.bn1(body.conv1(images))))
        return {"0": body.layer3(body.layer2(body.layer1(x)))}


def c4_model(**settings):
    """Mask R-CNN on C4, as torchvision would have it: the heads share the backbone's last stage."""
    backbone = C4Backbone()
    c5 = backbone.body.layer4

    # A plain function is no submodule, so the stage's weights have one name.
    class BoxHead(torch.nn.Module):
        def forward(self, x):
            return c5(x).mean((2, 3))

    class MaskHead(torch.nn.Module):
        def forward(self, x):
            return c5(x)

    return MaskRCNN(
        backbone,
        rpn_anchor_generator=AnchorGenerator(((32, 64, 128, 256, 512),), ((0.5, 1.0, 2.0),)),
        box_roi_pool=MultiScaleRoIAlign(["0"], 14, 2),
        box_head=BoxHead(),
        box_predictor=FastRCNNPredictor(2048, CLASSES),
        mask_roi_pool=MultiScaleRoIAlign(["0"], 14, 2),
        mask_head=MaskHead(),
        mask_predictor=MaskRCNNPredictor(2048, 256, CLASSES),
        **settings,
    )


class Golden:
    def __init__(self, make):
        self.values = {}
        self.make = make

    def model(self):
        model = self.make()
        model.load_state_dict(reference_state(model))
        return model

    def keep(self, name, value):
        self.values[name] = value.detach().to(torch.float32).contiguous().clone()

    def features(self):
        model = self.model().eval()
        with torch.no_grad():
            batch, _ = model.transform(pictures())
            for level, feature in model.backbone.body(batch.tensors).items():
                self.keep(f"features.C{int(level) + 2}", feature[:, ::16, ::4, ::4])

    def detections(self):
        with torch.no_grad():
            found = self.model().eval()(pictures())
        for i, detections in enumerate(found):
            for name in ("boxes", "scores", "labels"):
                self.keep(f"detections.{i}.{name}", detections[name])
            self.keep(f"detections.{i}.areas", (detections["masks"][:, 0] > 0.5).sum((1, 2)))
            print(f"picture {i}: scores", detections["scores"].tolist())

    def gradients(self):
        model = self.model().train()
        losses = model(pictures(), targets())
        for name, loss in losses.items():
            self.keep(f"losses.{name}", loss)
        print({name: f"{loss:.5f}" for name, loss in losses.items()})
        sum(losses.values()).backward()
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                gradient = parameter.grad.flatten().double()
                projections = [
                    gradient @ between(f"projection/{k}/{name}", gradient.shape, -1, 1).double() for k in range(2)
                ]
                self.keep(f"gradient.{name}", torch.stack([gradient.norm(), *projections]))

    def steps(self, count):
        model = self.model().train()
        parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.SGD(parameters, lr=0.002, momentum=0.9, weight_decay=1e-4)
        history = []
        for _ in range(count):
            losses = model(pictures(), targets())
            history.append(torch.stack(list(losses.values())))
            optimizer.zero_grad()
            sum(losses.values()).backward()
            optimizer.step()
        self.keep("sgd.losses", torch.stack(history))
        print({name: f"{value:.5f}" for name, value in zip(losses, history[-1].tolist())})

    def save(self, name):
        target = Path(__file__).parents[2] / f"test/golden/{name}.safetensors"
        save_file(self.values, target)
        print(f"{target}: {len(self.values)} tensors, {target.stat().st_size / 1e3:.0f} kB")


evenly_spaced_sampling()
fpn = Golden(lambda: mask_rcnn(min_size=160, max_size=267, box_detections_per_img=20, **few_proposals(200, 100)))
fpn.features()
fpn.detections()
fpn.gradients()
fpn.steps(6)
fpn.save("mask-rcnn-r50-fpn")

c4 = Golden(lambda: c4_model(min_size=160, max_size=267, box_detections_per_img=20, **few_proposals(200, 40)))
c4.detections()
c4.gradients()
c4.save("mask-rcnn-r50-c4")
