"""Compares atto with torchvision's maskrcnn_resnet50_fpn of the same random weights, and prints the differences.

Needs a Python with torch, torchvision, safetensors, pycocotools and Pillow, the built project and a folder of photographs:

  npm run build
  python3 scripts/golden/compare-mask-rcnn.py PHOTOGRAPHS                     # seed 1
  python3 scripts/golden/compare-mask-rcnn.py PHOTOGRAPHS --seed 7 --count 6 --side 320

The weights go through a .pth, `atto import` and, back, `atto export-weights`. Detections of `atto predict` are compared
on photographs of all aspect ratios there are and on crops that are narrower; losses, gradients and steps of SGD on two
of them with the anchors and RoIs that torchvision drew. With two cores, all of it takes about 20 minutes.

Beside each difference stands what rounding alone makes of it: the difference between torchvision and torchvision with
weights whose last bits are changed. The gradients are also compared with those that torchvision computes in float64;
beside them stands how far from those its own in float32 are.
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
from safetensors.torch import load_file, save_file
from torchvision.transforms.functional import pil_to_tensor

from detections import Detections, Differences
from lively_model import calibrated_resnet50, lively_mask_rcnn
from reference import ellipse, mask_rcnn

ROOT = pathlib.Path(__file__).parents[2]
# With 0.002 the first step throws the classifier's loss from 5 to 0.4, and within eight steps torchvision's losses are up
# to 0.9 % from its own with other last bits.
LEARNING_RATE = 0.0002
# The least score of a detection that torchvision gives out.
LEAST_SCORE = 0.05

# torchvision's names of the losses, and atto's.
LOSSES = {
    "loss_classifier": "classifier",
    "loss_box_reg": "box",
    "loss_mask": "mask",
    "loss_objectness": "rpnObjectness",
    "loss_rpn_box_reg": "rpnBox",
}

# With one thread alone PyTorch rounds the positions of resized pixels otherwise, and the input differs by up to 1e-4.
torch.set_num_threads(max(2, torch.get_num_threads()))
verdicts = []


def row(what, difference, limit, rounding=0.0, note=""):
    """Prints a difference and the one that rounding makes in torchvision, and whether it is within its limit.

    Where rounding alone goes beyond the limit, three times as much is taken for rounding, too.
    """
    is_rounding = rounding > limit and difference <= 3 * rounding
    verdict = "ok" if difference <= limit else "rounding" if is_rounding else "FAILED"
    verdicts.append(verdict)
    own = f"{rounding:10.3g}" if rounding else 10 * " "
    print(f"  {what:42} {difference:10.3g} {own}   limit {limit:<7g} {verdict:9}{note}", flush=True)


@torch.no_grad()
def with_other_last_bits(model):
    """A copy whose weights are the next float32, or the one before, in about half of the places."""
    other = copy.deepcopy(model)
    for parameter in other.parameters():
        parameter.mul_(1 + 2**-24 * torch.randn_like(parameter, dtype=torch.float64))
    return other


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


def sizes(photographs):
    return ", ".join("×".join(map(str, Image.open(file).size)) for file in photographs)


def compare_round_trip(model, folder, config, pth):
    imported, exported = folder / "weights.safetensors", folder / "exported.safetensors"
    atto("import", pth, "--config", config, "--out", imported)
    atto("export-weights", imported, "--out", exported)
    again = mask_rcnn()
    again.load_state_dict(load_file(exported), strict=True)
    before, after = model.state_dict(), again.state_dict()
    changed = sum(not torch.equal(before[name].view(torch.int32), after[name].view(torch.int32)) for name in before)
    row("round trip, tensors with another bit", changed, 0, note=f"{len(before)} tensors")
    return imported


def compare_detections(model, photographs, weights):
    results = json.loads(atto("predict", *photographs, "--weights", weights, "--score", str(LEAST_SCORE), "--json"))
    other = with_other_last_bits(model)
    differences, rounding = Differences(), Differences()
    for file in photographs:
        expected = Detections.of_torchvision(model, read(file))
        differences.add(expected, Detections.of_atto([result for result in results if result["image_id"] == file.stem]))
        rounding.add(expected, Detections.of_torchvision(other, read(file)))
    for what, key, limit in (
        ("detections that one of both lacks", "lone", 0),
        ("scores in another order, apart by", "order", 1e-4),
        ("boxes, pixels", "box", 0.1),
        ("scores", "score", 1e-3),
        ("masks, 1 - IoU", "mask", 1e-3),
    ):
        row(what, getattr(differences, key), limit, getattr(rounding, key))
    print(f"  {differences.detections} detections, of which {differences.below} have masks with an IoU below 0.999; "
          f"by rounding {rounding.below}")


def input_size(model):
    return {"shorterSide": model.transform.min_size[0], "longerSide": model.transform.max_size}


def compare_features(model, seed, photographs, folder):
    """A classifier's .pth becomes a detector's backbone."""
    batch, _ = model.transform([read(file) for file in photographs])
    classifier = calibrated_resnet50(seed, batch.tensors)
    torch.save(classifier.state_dict(), folder / "classifier.pth")
    weights, out = folder / "backbone.safetensors", folder / "features.safetensors"
    atto("import", folder / "classifier.pth", "--config", folder / "config.json", "--out", weights)
    driver(folder, {"mode": "features", "weights": str(weights), "input": input_size(model), "out": str(out),
                    "pictures": [{"file": str(file), "objects": []} for file in photographs]})
    found = load_file(out)
    with torch.no_grad():
        x = classifier.maxpool(classifier.relu(classifier.bn1(classifier.conv1(batch.tensors))))
        for level in range(1, 5):
            x = getattr(classifier, f"layer{level}")(x)
            difference = (x - found[f"C{level + 1}"]).abs().max().item()
            row(f"ResNet-50's features, C{level + 1}", difference, 1e-4, note=f"values up to {x.abs().max():.3g}")


class Draws:
    """Which anchors and RoIs torchvision draws in each step; once `again` is set, the same are taken again."""

    def __init__(self):
        self.steps, self.step, self.again = [], 0, False

    def attach(self, model):
        draw_anchors = model.rpn.fg_bg_sampler
        draw_rois = model.roi_heads.select_training_samples

        def anchors(labels):
            if not self.again:
                self.steps.append({"anchors": draw_anchors(labels)})
            return self.steps[self.step]["anchors"]

        def rois(proposals, targets):
            if not self.again:
                self.steps[self.step]["rois"] = draw_rois(proposals, targets)
            return self.steps[self.step]["rois"]

        model.rpn.fg_bg_sampler = anchors
        model.roi_heads.select_training_samples = rois

    def tensors(self):
        """By step, image and name, for atto."""
        found = {}
        for step, draws in enumerate(self.steps):
            rois, _, labels, _ = draws["rois"]
            for i, (foreground, background) in enumerate(zip(*draws["anchors"])):
                found[f"{step}.{i}.foreground"] = torch.where(foreground)[0]
                found[f"{step}.{i}.background"] = torch.where(background)[0]
                found[f"{step}.{i}.rois"] = rois[i]
                found[f"{step}.{i}.labels"] = labels[i]
        return {name: tensor.detach().float().clone() for name, tensor in found.items()}


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


def train(model, images, targets, draws, steps):
    """Steps of SGD: the losses of each, and the gradients of the first."""
    model.train()
    draws.attach(model)
    trainable = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    optimizer = torch.optim.SGD(trainable.values(), lr=LEARNING_RATE, momentum=0.9, weight_decay=1e-4)
    history = []
    for draws.step in range(steps):
        losses = model(images, targets)
        optimizer.zero_grad()
        sum(losses.values()).backward()
        if draws.step == 0:
            gradients = {name: parameter.grad.clone() for name, parameter in trainable.items()}
        optimizer.step()
        history.append({LOSSES[name]: loss.item() for name, loss in losses.items()})
        print(f"torchvision, step {draws.step + 1} of {steps}: {history[-1]}", file=sys.stderr)
    return history, gradients


def largest_relative(expected, found):
    """Of each loss the largest relative difference in a list of steps."""
    return {name: max(abs(b[name] / a[name] - 1) for a, b in zip(expected, found)) for name in expected[0]}


def relative_norms(expected, found):
    """Of each gradient the norm of the difference, relative to its own."""
    return {name: ((found[name] - value).norm() / value.norm()).item() for name, value in expected.items()}


def in_float64(value):
    """Whatever holds tensors, with those of floats in float64."""
    if isinstance(value, torch.Tensor):
        return value.double() if value.is_floating_point() else value
    if isinstance(value, dict):
        return {key: in_float64(held) for key, held in value.items()}
    return type(value)(map(in_float64, value)) if isinstance(value, (list, tuple)) else value


def gradients_in_float64(model, images, targets, draws):
    """Those of the first step, of a model that hasn't been trained."""
    draws.steps = in_float64(draws.steps[:1])
    torch.set_default_dtype(torch.float64)
    _, gradients = train(copy.deepcopy(model).double(), in_float64(images), in_float64(targets), draws, 1)
    torch.set_default_dtype(torch.float32)
    return gradients


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
    draws, start, untrained = Draws(), with_other_last_bits(model), copy.deepcopy(model)
    expected, gradients = train(model, images, targets, draws, steps)
    save_file(draws.tensors(), folder / "samples.safetensors")

    out = folder / "gradients.safetensors"
    driver(folder, {"mode": "training", "weights": str(weights), "pictures": pictures, "input": input_size(model),
                    "learningRate": LEARNING_RATE, "steps": steps,
                    "samples": str(folder / "samples.safetensors"), "out": str(out)})
    found = json.loads((folder / "losses.json").read_text())
    for name, difference in largest_relative(expected[:1], found).items():
        row(f"losses, relative: {name}", difference, 1e-4, note=f"{expected[0][name]:.4g}")

    apart = largest_relative(expected, found)
    draws.again = True
    again = steps if max(apart.values()) > 1e-3 else 1
    expected_again, gradients_again = train(start, images, targets, draws, again)
    exact = gradients_in_float64(untrained, images, targets, draws)
    for what, reference, rounded in (("relative L2", gradients, gradients_again), ("to float64's", exact, gradients)):
        own, rounding = relative_norms(reference, load_file(out)), relative_norms(reference, rounded)
        worst = max(own, key=own.get)
        row(f"gradients, {what}", own[worst], 1e-3, max(rounding.values()), worst)
        above = [sum(value > 1e-3 for value in norms.values()) for norms in (own, rounding)]
        print(f"  {len(own)} gradients, of which {above[0]} differ by more than 1e-3; by rounding {above[1]}")
    rounding = largest_relative(expected, expected_again)
    for name, difference in apart.items():
        what = f"losses in {steps} steps, relative: {name}"
        note = f"{expected[0][name]:.4g} to {expected[-1][name]:.4g}"
        row(what, difference, 1e-3, rounding[name] if again == steps else 0, note)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photographs", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=12, help="photographs to detect on")
    parser.add_argument("--side", type=int, default=800, help="shorter side of the networks' input")
    parser.add_argument("--steps", type=int, default=20, help="of SGD")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        config, pth = folder / "config.json", folder / "model.pth"
        photographs = choose_photographs(options.photographs, folder, options.count)
        size = {"min_size": options.side, "max_size": options.side * 1333 // 800}
        model = lively_mask_rcnn(options.seed, [read(file) for file in photographs[:2]], **size)
        config.write_text(json.dumps({
            "model": {"backbone": {"name": "resnet50", "norm": "frozen", "trainableStages": 3}},
            "input": input_size(model),
            "data": {"format": "voc", "root": "."},
            "training": {"steps": 1, "learningRate": LEARNING_RATE},
        }))
        print(f"seed {options.seed}, {len(photographs)} photographs of {sizes(photographs)} pixels, "
              f"scaled to a shorter side of {options.side}")
        print(f"  {'':42} {'atto':>10} {'rounding':>10}")
        torch.save(model.state_dict(), pth)
        weights = compare_round_trip(model, folder, config, pth)
        compare_detections(model, photographs, weights)
        compare_features(model, options.seed, photographs[:2], folder)
        compare_training(model, photographs[:2], folder, weights, options.seed, options.steps)
    sys.exit(1 if "FAILED" in verdicts else 0)


if __name__ == "__main__":
    main()
