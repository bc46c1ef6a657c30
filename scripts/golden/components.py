"""Makes test/golden/components.safetensors: what torchvision's detection parts compute for small inputs.

    python scripts/golden/components.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torchvision.models.detection import _utils, roi_heads, rpn, transform
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.ops import boxes as box_ops, roi_align
from torchvision.ops.poolers import LevelMapper

from reference import between, ellipse, evenly_spaced_sampling, image

golden = {}


def keep(name, value):
    golden[name] = value.detach().to(torch.float32).contiguous().clone()


def some_boxes(name, count, height, width, smallest=2.0):
    corner = between(name + "/corner", (count, 2), 0, 0.8) * torch.tensor([width, height])
    size = smallest + between(name + "/size", (count, 2), 0, 0.6) * torch.tensor([width, height])
    return torch.cat([corner, corner + size], 1)


# Anchors of a 96×128 input.
features = [torch.zeros(1, 1, 96 // s, 128 // s) for s in (4, 8, 16, 32)] + [torch.zeros(1, 1, 2, 2)]
generator = AnchorGenerator(((32,), (64,), (128,), (256,), (512,)), ((0.5, 1.0, 2.0),) * 5)
images = ImageList(torch.zeros(1, 3, 96, 128), [(96, 128)])
anchors = generator(images, features)[0]
keep("anchors", anchors)

# Box coder.
references, targets = some_boxes("references", 40, 100, 120), some_boxes("targets", 40, 100, 120)
offsets = between("offsets", (40, 4), -3, 6)
for name, weights in (("rpn", (1.0, 1.0, 1.0, 1.0)), ("box", (10.0, 10.0, 5.0, 5.0))):
    coder = _utils.BoxCoder(weights)
    keep(f"coder.{name}.encoded", coder.encode_single(targets, references))
    keep(f"coder.{name}.decoded", coder.decode_single(offsets * (1 if name == "rpn" else 5), references))

# Matching, with two truth boxes of which both tie for the same anchors.
truth = torch.cat([some_boxes("truth", 6, 96, 128, 12.0), torch.tensor([[8.0, 8, 40, 40], [8, 8, 40, 40]])])
iou = box_ops.box_iou(truth, anchors)
keep("matching.truth", truth)
keep("matching.rpn", _utils.Matcher(0.7, 0.3, True)(iou))
proposals = some_boxes("matching/proposals", 300, 96, 128)
keep("matching.box", _utils.Matcher(0.5, 0.5, False)(box_ops.box_iou(truth, proposals)))

# RoIAlign: value and gradient, boxes inside and over every border.
rois = torch.tensor(
    [
        [0, 4.3, 3.1, 30.2, 20.7],
        [0, -9, 8, 12, 20],
        [1, 8, -9, 20, 12],
        [1, 30, 8, 50, 20],
        [0, 8, 20, 20, 37],
        [0, -7, -7, 55, 44],
        [1, 80, 80, 96, 96],
        [0, 10, 10, 10.5, 10.25],
    ]
)
for aligned in (False, True):
    features = between("roi-align/features", (2, 3, 8, 11), -1, 1).requires_grad_()
    pooled = roi_align(features, rois, (4, 4), 0.25, 2, aligned)
    keep(f"roi-align.{aligned}.pooled", pooled)
    (pooled * between("roi-align/weights", pooled.shape, -1, 1)).sum().backward()
    keep(f"roi-align.{aligned}.gradient", features.grad)

# Levels.
level_boxes = some_boxes("levels", 60, 900, 1200)
keep("levels", LevelMapper(2, 5)([level_boxes]))

# Proposals of two images of different sizes.
evenly_spaced_sampling()
head = rpn.RPNHead(4, 3)
network = rpn.RegionProposalNetwork(
    generator, head, 0.7, 0.3, 64, 0.5, dict(training=60, testing=40), dict(training=80, testing=50), 0.7
)
count = anchors.shape[0]
counts = [len(a) for a in torch.split(anchors, [24 * 32 * 3, 12 * 16 * 3, 6 * 8 * 3, 3 * 4 * 3, 2 * 2 * 3])]
objectness = between("rpn/objectness", (2, count), -3, 3)
deltas = between("rpn/deltas", (2, count, 4), -0.5, 0.5)
sizes = [(96, 128), (90, 101)]
for mode in ("train", "test"):
    network.train(mode == "train")
    decoded = network.box_coder.decode(deltas.reshape(-1, 4), [anchors, anchors]).view(2, -1, 4)
    boxes, scores = network.filter_proposals(decoded, objectness.reshape(-1, 1), sizes, counts)
    for i in range(2):
        keep(f"proposals.{mode}.{i}", boxes[i])

# The RPN's losses from a pyramid: value and gradients of the pyramid and of the head.
network.train()
for name, parameter in head.named_parameters():
    parameter.data = between("rpn-head/" + name, parameter.shape, -0.3, 0.3)
pyramid = [
    between(f"rpn-loss/P{i + 2}", (2, 4, h, w), -1, 1).requires_grad_()
    for i, (h, w) in enumerate([(24, 32), (12, 16), (6, 8), (3, 4), (2, 2)])
]
batch = ImageList(torch.zeros(2, 3, 96, 128), sizes)
rpn_truth = [truth[:3], truth[3:6]]
_, losses = network(batch, {str(i): p for i, p in enumerate(pyramid)}, [{"boxes": b} for b in rpn_truth])
keep("rpn-loss.objectness", losses["loss_objectness"])
keep("rpn-loss.box", losses["loss_rpn_box_reg"])
sum(losses.values()).backward()
for i, level in enumerate(pyramid):
    keep(f"rpn-loss.gradient.P{i + 2}", level.grad)
for name, parameter in head.named_parameters():
    keep(f"rpn-loss.gradient.{name}", parameter.grad)

# The box head's losses.
logits = between("box-loss/logits", (30, 5), -2, 2).requires_grad_()
regression = between("box-loss/offsets", (30, 20), -1, 1).requires_grad_()
labels = (between("box-loss/labels", (30,), 0, 5)).long()
regression_targets = between("box-loss/targets", (30, 4), -1, 1)
classifier, box = roi_heads.fastrcnn_loss(logits, regression, [labels], [regression_targets])
keep("box-loss.classifier", classifier)
keep("box-loss.box", box)
(classifier + box).backward()
keep("box-loss.gradient.logits", logits.grad)
keep("box-loss.gradient.offsets", regression.grad)

# The mask head's targets and loss. Masks of 60×80 images as the network sees them at 96×128.
mask_truth = torch.tensor([[5.0, 5, 60, 40], [30, 10, 75, 55], [2, 20, 20, 58]])
masks = torch.stack([ellipse(60, 80, box.tolist()) for box in mask_truth])
big_masks = torch.nn.functional.interpolate(masks[:, None].float(), size=(96, 128))[:, 0].byte()
mask_rois = torch.cat([mask_truth * 1.6 + between("mask/jitter", (3, 4), -4, 4), some_boxes("mask/rois", 5, 96, 128)])
matched = torch.tensor([0, 1, 2, 0, 1, 2, 1, 1])
mask_targets = roi_heads.project_masks_on_boxes(big_masks, mask_rois, matched, 28)
keep("mask.rois", mask_rois)
keep("mask.targets", mask_targets)
mask_logits = between("mask/logits", (8, 4, 28, 28), -2, 2).requires_grad_()
mask_labels = torch.tensor([1, 2, 3])
loss = roi_heads.maskrcnn_loss(mask_logits, [mask_rois], [big_masks], [mask_labels], [matched])
keep("mask.loss", loss)
loss.backward()
keep("mask.gradient", mask_logits.grad.sum((2, 3)))

# Post-processing.
heads = roi_heads.RoIHeads(None, None, None, 0.5, 0.5, 512, 0.25, None, 0.05, 0.5, 12)
detections = heads.postprocess_detections(
    between("post/logits", (60, 5), -3, 3),
    between("post/offsets", (60, 20), -4, 4),
    [some_boxes("post/rois", 60, 96, 128)],
    [(90, 120)],
)
for name, value in zip(("boxes", "scores", "labels"), detections):
    keep(f"post.{name}", value[0])

# Mask pasting, over every border too.
paste_boxes = torch.tensor(
    [[10.2, 5.7, 40.9, 30.1], [-8, -6, 20, 18], [50, 30, 90, 70], [12, 12, 12.4, 12.2], [0, 0, 70, 50]]
)
paste_masks = torch.nn.functional.interpolate(
    between("paste/coarse", (5, 1, 7, 7), 0, 1), size=(28, 28), mode="bilinear"
)
keep("paste.masks", paste_masks)
keep("paste.boxes", paste_boxes)
keep("paste.bits", roi_heads.paste_masks_in_image(paste_masks, paste_boxes, (50, 70))[:, 0] > 0.5)

# The transform of two images into one batch.
resize = transform.GeneralizedRCNNTransform(64, 100, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
pictures = [image("transform/a", 45, 61), image("transform/b", 80, 33)]
batch, _ = resize([picture.float() / 255 for picture in pictures])
keep("transform.sizes", torch.tensor(batch.image_sizes))
keep("transform.batch", batch.tensors[:, :, ::3, ::3])
keep("transform.shape", torch.tensor(batch.tensors.shape))

target = Path(__file__).parents[2] / "test/golden/components.safetensors"
save_file(golden, target)
print(f"{target}: {len(golden)} tensors, {target.stat().st_size / 1e3:.0f} kB")
