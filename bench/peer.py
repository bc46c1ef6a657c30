"""torchvision's side of the bench: does on request what bench/worker.ts does, and says how long it took.

Reads one JSON request a line and answers each with one JSON line; bench/network.ts speaks to it.
"""

import json
import resource
import sys
import time

import numpy as np
import torch
from torchvision.models import resnet50
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.backbone_utils import _resnet_fpn_extractor
from torchvision.ops.misc import FrozenBatchNorm2d


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
        return float(loss)

    return run


def autocast(request):
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=request.get("autocast", False))


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
            run = {"detect": detection, "step": training_step}[request["work"]](request)
            answer = {}
        elif kind == "run":
            start = time.perf_counter()
            result = run()
            answer = {"seconds": time.perf_counter() - start, "result": result}
        else:
            answer = {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}
        print(json.dumps(answer), flush=True)


main()
