"""torchvision's side of the bench: does on request what bench/worker.ts does, and says how long it took.

Reads one JSON request a line and answers each with one JSON line; bench/measure.ts speaks to it. With the arguments
`epoch <task>` it trains an epoch and ends.
"""

import itertools
import json
import pathlib
import resource
import sys
import time
import xml.etree.ElementTree as xml

import numpy as np
import torch
from PIL import Image
from torchvision.models import mobilenet_v2, resnet50, shufflenet_v2_x1_0
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.backbone_utils import _resnet_fpn_extractor
from torchvision.ops import masks_to_boxes
from torchvision.ops.misc import FrozenBatchNorm2d
from torchvision.transforms.functional import pil_to_tensor


def mask_rcnn(trainable_stages):
    """maskrcnn_resnet50_fpn with 21 outputs and a frozen norm; every score counts as a detection."""
    backbone = resnet50(weights=None, norm_layer=FrozenBatchNorm2d)
    return MaskRCNN(_resnet_fpn_extractor(backbone, trainable_stages), 21, box_score_thresh=0.0)


def calibrated(model, seed):
    """Random weights whose activations keep their size from layer to layer."""
    torch.manual_seed(seed)
    for module in model.backbone.body.modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.weight.fill_(0.5)
    return model


def image_of(request):
    height, width = request["size"]
    pixels = np.fromfile(request["image"], dtype=np.uint8).reshape(height, width, 3)
    return torch.from_numpy(pixels).permute(2, 0, 1).float() / 255


def targets_of(request):
    height, width = request["size"]
    boxes = torch.tensor(request["boxes"], dtype=torch.float32)
    masks = torch.zeros(len(boxes), height, width, dtype=torch.uint8)
    for mask, (x1, y1, x2, y2) in zip(masks, request["boxes"]):
        mask[y1:y2, x1:x2] = 1
    return {"boxes": boxes, "labels": torch.tensor(request["labels"]), "masks": masks}


def detection(request):
    model = mask_rcnn(3).eval()
    model.load_state_dict(torch.load(request["weights"]))
    image = image_of(request)

    def run():
        with torch.no_grad(), autocast(request):
            return len(model([image])[0]["boxes"])

    return run


def training_step(request):
    model = mask_rcnn(request["trainableStages"]).train()
    model.load_state_dict(torch.load(request["weights"]))
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=1e-5, momentum=0.9, weight_decay=1e-4)
    images = [image_of(request) for _ in range(request["batchSize"])]
    targets = [targets_of(request) for _ in images]

    def run():
        with autocast(request):
            loss = sum(model(images, targets).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return run


CLASSIFIERS = {"mobilenet-v2": mobilenet_v2, "resnet50": resnet50, "shufflenet-v2": shufflenet_v2_x1_0}


def classifier(request):
    """A step of training on images of noise, or their classes; 51 outputs."""
    model = CLASSIFIERS[request["backbone"]](num_classes=51)
    images = torch.randn(request["batchSize"], 3, 224, 224)
    labels = torch.arange(request["batchSize"]) % 51
    if request["work"] == "classify":
        model.eval()

        def classify():
            with torch.no_grad(), autocast(request):
                return int(model(images).argmax())

        return classify
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-5, momentum=0.9, weight_decay=1e-4)
    model.train()

    def step():
        with autocast(request):
            loss = torch.nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    return step


class Photographs(torch.utils.data.Dataset):
    """Photographs in VOC's layout as torchvision's reference training reads its data: Pillow, masks, boxes, mirroring."""

    def __init__(self, root, year, split, classes):
        self.folder = pathlib.Path(root) / f"VOC{year}"
        self.labels = {name: i + 1 for i, name in enumerate(classes)}
        self.ids = (self.folder / "ImageSets" / "Segmentation" / f"{split}.txt").read_text().split()

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, i):
        name = self.ids[i]
        image = pil_to_tensor(Image.open(self.folder / "JPEGImages" / f"{name}.jpg").convert("RGB")).float() / 255
        indices = torch.from_numpy(np.array(Image.open(self.folder / "SegmentationObject" / f"{name}.png")))
        objects = [o for o in torch.unique(indices).tolist() if o not in (0, 255)]
        masks = torch.stack([indices == o for o in objects]).to(torch.uint8)
        names = [o.findtext("name") for o in xml.parse(self.folder / "Annotations" / f"{name}.xml").iter("object")]
        labels = torch.tensor([self.labels[names[o - 1]] for o in objects])
        boxes = masks_to_boxes(masks) + torch.tensor([0, 0, 1, 1])
        if torch.rand(1) < 0.5:
            width = image.shape[-1]
            image, masks = image.flip(-1), masks.flip(-1)
            boxes = torch.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], 1)
        return image, {"boxes": boxes, "labels": labels, "masks": masks}


def batches(data, workers, batch_size):
    photographs = Photographs(data["root"], data["year"], data["split"], data["classes"])
    return torch.utils.data.DataLoader(
        photographs,
        batch_size=batch_size,
        shuffle=True,
        num_workers=workers,
        persistent_workers=workers > 0,
        collate_fn=lambda samples: tuple(zip(*samples)),
    )


def loading(request):
    def endless():
        loader = batches(request["data"], request["workers"], 1)
        while True:
            yield from loader

    photographs = endless()

    def run():
        return sum(1 for _ in itertools.islice(photographs, request["images"]))

    return run


def epoch(task):
    """An epoch of training as torchvision's reference does it, one photograph a step."""
    torch.set_num_threads(task["threads"])
    model = mask_rcnn(3).train()
    if task.get("weights"):
        model.load_state_dict(torch.load(task["weights"]))
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=task["learningRate"], momentum=0.9, weight_decay=1e-4)
    for images, targets in batches(task, 1, 1):
        loss = sum(model(list(images), list(targets)).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, "/dev/null")


def autocast(request):
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=request["precision"] == "bf16")


WORK = {
    "detect": detection,
    "step": training_step,
    "classify": classifier,
    "classifier-step": classifier,
    "load": loading,
}


def main():
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        kind = request["kind"]
        if kind == "weights":
            torch.save(calibrated(mask_rcnn(3), request["seed"]).state_dict(), request["file"])
            answer = {"torch": torch.__version__}
        elif kind == "prepare":
            torch.set_num_threads(request["threads"])
            run = WORK[request["work"]](request)
            answer = {}
        elif kind == "run":
            start = time.perf_counter()
            result = run()
            answer = {"seconds": time.perf_counter() - start, "result": result}
        else:
            answer = {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["epoch"]:
        epoch(json.loads(sys.argv[2]))
    else:
        main()
