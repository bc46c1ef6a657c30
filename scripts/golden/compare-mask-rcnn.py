"""Compares atto with torchvision's maskrcnn_resnet50_fpn of the same random weights, and prints the differences.

Needs a Python with torch, torchvision, safetensors, pycocotools and Pillow, the built project and a folder of photographs:

  npm run build
  python3 scripts/golden/compare-mask-rcnn.py PHOTOGRAPHS                     # seed 1
  python3 scripts/golden/compare-mask-rcnn.py PHOTOGRAPHS --seed 7 --count 20 --steps 20

The weights go through a .pth, `atto import` and, back, `atto export-weights`. Detections of `atto predict` are compared
on photographs of all aspect ratios there are and on crops that are narrower; losses, gradients and steps of SGD on two
of them with the anchors and RoIs that torchvision drew. It fails where a difference exceeds its limit. With two cores, a
photograph takes about 5 s and a step about 20.
"""

import argparse
import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import torch
from PIL import Image
from pycocotools import mask as masks
from safetensors.torch import load_file, save_file
from torchvision.transforms.functional import pil_to_tensor

from lively_model import calibrated_resnet50, lively_mask_rcnn
from reference import ellipse, mask_rcnn

ROOT = pathlib.Path(__file__).parents[2]
LEARNING_RATE = 0.002
# The least score of a detection that torchvision gives out.
LEAST_SCORE = 0.05

# With one thread alone PyTorch rounds the positions of resized pixels otherwise, and the input differs by up to 1e-4.
torch.set_num_threads(max(2, torch.get_num_threads()))
rows = []


def row(what, difference, limit, note=""):
    failed = not difference <= limit
    rows.append(failed)
    print(f"  {what:42} {difference:12.3g}   limit {limit:<7g} {'FAILED' if failed else 'ok':7}{note}", flush=True)


def atto(*arguments):
    command = ["node", ROOT / "dist" / "cli" / "main.js", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def driver(folder, task):
    file = folder / "task.json"
    file.write_text(json.dumps(task))
    subprocess.run(["npx", "jiti", "scripts/golden/compare-mask-rcnn.ts", file], check=True, cwd=ROOT)


def read(file):
    return pil_to_tensor(Image.open(file).convert("RGB")).float() / 255


def choose_photographs(source, folder, count):
    """Photographs of different sizes; of every three one is a crop that is narrow, one a crop that is flat."""
    files = sorted(file for file in source.iterdir() if file.suffix.lower() in (".jpg", ".jpeg", ".png"))
    if len(files) < 2:
        sys.exit(f"{source}: holds {len(files)} photographs; two are needed")
    chosen = []
    for i, file in enumerate(files[:: max(len(files) // count, 1)][:count]):
        picture = Image.open(file).convert("RGB")
        if i % 3:
            width, height = picture.size
            picture = picture.crop((0, 0, int(width * 0.4), height) if i % 3 == 1 else (0, 0, width, int(height * 0.55)))
        chosen.append(folder / f"{file.stem}.png")
        picture.save(chosen[-1])
    return chosen


def compare_round_trip(model, folder, config, pth):
    imported, exported = folder / "weights.safetensors", folder / "exported.safetensors"
    atto("import", pth, "--config", config, "--out", imported)
    atto("export-weights", imported, "--out", exported)
    again = mask_rcnn()
    again.load_state_dict(load_file(exported), strict=True)
    before, after = model.state_dict(), again.state_dict()
    changed = sum(not torch.equal(before[name].view(torch.int32), after[name].view(torch.int32)) for name in before)
    row("round trip, tensors with another bit", changed, 0, f"  {len(before)} tensors")
    return imported


class Found:
    """The detections of one model in one photograph, by falling score."""

    def __init__(self, labels, scores, boxes, bitmaps, probabilities=None):
        self.labels, self.scores, self.boxes, self.bitmaps = labels, scores, boxes, bitmaps
        # Of each pixel to be part of the mask; atto keeps the mask alone.
        self.probabilities = probabilities

    @staticmethod
    def of_torchvision(detections):
        masks = detections["masks"][:, 0]
        boxes = detections["boxes"].double()
        return Found(detections["labels"].tolist(), detections["scores"].tolist(), boxes, masks > 0.5, masks)

    @staticmethod
    def of_atto(results):
        boxes = [[x, y, x + w, y + h] for x, y, w, h in (result["bbox"] for result in results)]
        bitmaps = [torch.from_numpy(masks.decode(result["segmentation"])).bool() for result in results]
        return Found([result["category_id"] for result in results], [result["score"] for result in results],
                     torch.tensor(boxes, dtype=torch.float64).reshape(-1, 4), bitmaps)

    def __len__(self):
        return len(self.scores)

    def twins(self, other):
        """Of each detection the one in `other` of the same class that lies nearest; None where all are far off."""
        left, twins = set(range(len(other))), []
        for label, box in zip(self.labels, self.boxes):
            distance = {j: (other.boxes[j] - box).abs().max().item() for j in left if other.labels[j] == label}
            best = min(distance, key=distance.get, default=None)
            twins.append(best if best is not None and distance[best] < 1 else None)
            left.discard(twins[-1])
        return twins

    def differences(self, k, other, j):
        """Pixels of the box, score, and 1 - IoU of the masks but for pixels whose probability is 0.5."""
        flipped = self.flipped(k, other, j) & ((self.probabilities[k] - 0.5).abs() > TIE)
        mask = flipped.sum().item() / max((self.bitmaps[k] | other.bitmaps[j]).sum().item(), 1)
        return (self.boxes[k] - other.boxes[j]).abs().max().item(), abs(self.scores[k] - other.scores[j]), mask


    def flipped(self, k, other, j):
        """The pixels that only one of two masks has."""
        return self.bitmaps[k] ^ other.bitmaps[j]


LIMITS = 0.1, 1e-3, 1e-3
# Probabilities that lie this near are equal: float32 can't tell which is the greater one.
TIE = 1e-4


def agree(a, k, b, j):
    """Whether both find the same, or neither finds anything."""
    if k is None or j is None:
        return k is j
    return all(difference <= limit for difference, limit in zip(a.differences(k, b, j), LIMITS))


def compared(a, k, b, j):
    """The differences of a detection from its twin, as text."""
    if j is None:
        return "finds none"
    box, score, mask = a.differences(k, b, j)
    return f"{box:.2g} pixels, score {score:.2g}, 1 - IoU {mask:.2g}"


def compare_detections(model, photographs, weights):
    results = json.loads(atto("predict", *photographs, "--weights", weights, "--score", str(LEAST_SCORE), "--json"))
    total, confident, fenced, lost, swapped, worst = 0, 0, 0, 0, 0.0, [0.0, 0.0, 0.0]
    pixels, on_threshold, farthest, strictest = 0, 0, 0.0, 0.0
    for file in photographs:
        expected = Found.of_torchvision(detect(model, read(file)))
        found = Found.of_atto([result for result in results if result["image_id"] == file.stem])
        total += len(expected)
        confident += sum(score > 0.5 for score in expected.scores)
        twins = expected.twins(found)
        differing = [k for k, j in enumerate(twins) if not agree(expected, k, found, j)]
        if differing:
            # What torchvision itself finds otherwise in double precision is a matter of rounding.
            exact = Found.of_torchvision(detect(copy.deepcopy(model).double(), read(file).double()))
            exact_twins = expected.twins(exact)
            on_fence = {k for k in differing if not agree(expected, k, exact, exact_twins[k])}
            for k in differing:
                print(f"    {file.name}, score {expected.scores[k]:.4f}: atto {compared(expected, k, found, twins[k])}; "
                      f"torchvision in float64 {compared(expected, k, exact, exact_twins[k])}", flush=True)
            fenced += len(on_fence)
            twins = [None if k in on_fence else j for k, j in enumerate(twins)]
            differing = [k for k in differing if k not in on_fence]
        lost += sum(twins[k] is None for k in differing) + max(len(found) - len(expected), 0)
        pairs = [(k, j) for k, j in enumerate(twins) if j is not None]
        for k, j in pairs:
            worst = [max(a, b) for a, b in zip(worst, expected.differences(k, found, j))]
            flipped = expected.flipped(k, found, j)
            from_half = (expected.probabilities[k] - 0.5).abs()[flipped]
            union = (expected.bitmaps[k] | found.bitmaps[j]).sum().item()
            pixels += union
            on_threshold += (from_half <= TIE).sum().item()
            farthest = max([farthest, *from_half.tolist()])
            strictest = max(strictest, flipped.sum().item() / max(union, 1))
        for (a, i), (b, j) in zip(pairs, pairs[1:]):
            if i > j:
                swapped = max(swapped, expected.scores[a] - expected.scores[b])
    row("detections without a twin", lost, 0, f"  {total} detections, {confident} score above 0.5")
    row("detections that rounding changes", fenced, total / 100, "  torchvision's own differ so in double precision")
    row("scores in another order, apart by", swapped, TIE)
    for name, difference, limit in zip(("boxes, pixels", "scores", "masks, 1 - IoU"), worst, LIMITS):
        row(name, difference, limit)
    print(f"  {on_threshold} of {pixels} pixels of masks differ where torchvision's probability is 0.5 to {farthest:.1g}; "
          f"with these, 1 - IoU is up to {strictest:.2g}")


@torch.no_grad()
def detect(model, image):
    return model([image])[0]


def compare_features(seed, photographs, folder):
    """A classifier's .pth becomes a detector's backbone."""
    size = {"shorterSide": 800, "longerSide": 1333}
    transform = mask_rcnn().transform.eval()
    batch, _ = transform([read(file) for file in photographs])
    classifier = calibrated_resnet50(seed, batch.tensors)
    torch.save(classifier.state_dict(), folder / "classifier.pth")
    weights, out = folder / "backbone.safetensors", folder / "features.safetensors"
    atto("import", folder / "classifier.pth", "--config", folder / "config.json", "--out", weights)
    driver(folder, {"mode": "features", "weights": str(weights), "input": size, "out": str(out),
                    "pictures": [{"file": str(file), "objects": []} for file in photographs]})
    found = load_file(out)
    with torch.no_grad():
        x = classifier.maxpool(classifier.relu(classifier.bn1(classifier.conv1(batch.tensors))))
        for level in range(1, 5):
            x = getattr(classifier, f"layer{level}")(x)
            difference = (x - found[f"C{level + 1}"]).abs().max().item()
            row(f"ResNet-50's features, C{level + 1}", difference, 1e-4, f"  values up to {x.abs().max():.3g}")


class Recorder:
    """Keeps which anchors and RoIs torchvision draws, by step and image."""

    def __init__(self, model):
        self.tensors, self.step = {}, 0
        draw = model.rpn.fg_bg_sampler
        select = model.roi_heads.select_training_samples

        def draw_anchors(labels):
            positives, negatives = draw(labels)
            for i, chosen in enumerate(zip(positives, negatives)):
                for name, mask in zip(("positives", "negatives"), chosen):
                    self.keep(i, name, torch.where(mask)[0])
            return positives, negatives

        def select_rois(proposals, targets):
            chosen = select(proposals, targets)
            for i, (rois, labels) in enumerate(zip(chosen[0], chosen[2])):
                self.keep(i, "rois", rois)
                self.keep(i, "labels", labels)
            return chosen

        model.rpn.fg_bg_sampler = draw_anchors
        model.roi_heads.select_training_samples = select_rois

    def keep(self, i, name, tensor):
        self.tensors[f"{self.step}.{i}.{name}"] = tensor.detach().float().clone()


def some_objects(photographs, seed):
    drawn = random.Random(seed)
    pictures = []
    for file in photographs:
        width, height = Image.open(file).size
        objects = []
        for _ in range(5):
            w, h = drawn.uniform(0.15, 0.6) * width, drawn.uniform(0.15, 0.6) * height
            x, y = drawn.uniform(0, width - w), drawn.uniform(0, height - h)
            objects.append({"box": [x, y, x + w, y + h], "label": drawn.randint(1, 20)})
        pictures.append({"file": str(file), "objects": objects})
    return pictures


def compare_training(model, photographs, folder, weights, seed, steps):
    pictures = some_objects(photographs, seed)
    images = [read(file) for file in photographs]
    targets = [
        {
            "boxes": torch.tensor([found["box"] for found in picture["objects"]]),
            "labels": torch.tensor([found["label"] for found in picture["objects"]]),
            "masks": torch.stack([ellipse(*image.shape[1:], found["box"]) for found in picture["objects"]]),
        }
        for picture, image in zip(pictures, images)
    ]
    torch.manual_seed(seed)
    model.train()
    recorder = Recorder(model)
    trainable = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    optimizer = torch.optim.SGD(trainable.values(), lr=LEARNING_RATE, momentum=0.9, weight_decay=1e-4)
    history = []
    for recorder.step in range(steps):
        losses = model(images, targets)
        optimizer.zero_grad()
        sum(losses.values()).backward()
        if recorder.step == 0:
            gradients = {name: parameter.grad.clone() for name, parameter in trainable.items()}
        optimizer.step()
        history.append({name: loss.item() for name, loss in losses.items()})
        print(f"torchvision, step {recorder.step + 1} of {steps}: {list(history[-1].values())}", file=sys.stderr)
    save_file(recorder.tensors, folder / "samples.safetensors")

    out = folder / "gradients.safetensors"
    driver(folder, {"mode": "training", "weights": str(weights), "pictures": pictures,
                    "input": {"shorterSide": model.transform.min_size[0], "longerSide": model.transform.max_size},
                    "learningRate": LEARNING_RATE, "steps": steps,
                    "samples": str(folder / "samples.safetensors"), "out": str(out)})
    names = {"loss_classifier": "classifier", "loss_box_reg": "box", "loss_mask": "mask",
             "loss_objectness": "rpnObjectness", "loss_rpn_box_reg": "rpnBox"}
    own = json.loads((folder / "losses.json").read_text())
    apart = [{name: abs(found[names[name]] / value - 1) for name, value in expected.items()}
             for expected, found in zip(history, own)]
    for name, difference in apart[0].items():
        row(f"losses, relative: {names[name]}", difference, 1e-4, f"  {history[0][name]:.4g}")
    found = load_file(out)
    relative = {name: ((found[name] - value).norm() / value.norm()).item() for name, value in gradients.items()}
    worst = max(relative, key=relative.get)
    row("gradients, relative L2", relative[worst], 1e-3, f"  {worst}, of {len(relative)}")
    for name in apart[0]:
        difference = max(step[name] for step in apart)
        row(f"losses in {steps} steps, relative: {names[name]}", difference, 1e-3,
            f"  {history[0][name]:.4g} to {history[-1][name]:.4g}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photographs", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=12, help="photographs to detect on")
    parser.add_argument("--steps", type=int, default=20, help="of SGD")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        config, pth = folder / "config.json", folder / "model.pth"
        config.write_text(json.dumps({
            "model": {"backbone": {"name": "resnet50", "norm": "frozen", "trainableStages": 3}},
            "data": {"format": "voc", "root": "."},
            "training": {"steps": 1, "learningRate": LEARNING_RATE},
        }))
        photographs = choose_photographs(options.photographs, folder, options.count)
        print(f"seed {options.seed}, {len(photographs)} photographs")
        model = lively_mask_rcnn(options.seed, [read(file) for file in photographs[:2]])
        torch.save(model.state_dict(), pth)
        weights = compare_round_trip(model, folder, config, pth)
        compare_detections(model, photographs, weights)
        compare_features(options.seed, photographs[:2], folder)
        compare_training(model, photographs[:2], folder, weights, options.seed, options.steps)
    sys.exit(1 if any(rows) else 0)


if __name__ == "__main__":
    main()
