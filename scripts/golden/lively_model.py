"""torchvision's Mask R-CNN with random weights that behave like trained ones.

Random layers are shifted and scaled by what they answer to photographs: objectness, scores, boxes and masks spread as
in a trained detector, so that a comparison sees dozens of confident detections with masks of many forms.
"""

import torch
import torchvision
from torch import nn

from reference import mask_rcnn


@torch.no_grad()
def calibrated_resnet50(seed, images):
    """A classifier whose norms have random scales and shifts, and the statistics of the batch `images`."""
    torch.manual_seed(seed)
    network = torchvision.models.resnet50(weights=None)
    for name, module in network.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            last = name.endswith("bn3")
            nn.init.uniform_(module.weight, *((0.1, 0.3) if last else (0.7, 1.3)))
            nn.init.normal_(module.bias, 0, 0.2)
            module.momentum = None
    network.train()(images)
    return network.eval()


@torch.no_grad()
def lively_mask_rcnn(seed, photographs, **settings):
    """A Mask R-CNN with a frozen norm in evaluation mode, calibrated on a list of photographs `[3, H, W]` in 0 to 1."""
    torch.manual_seed(seed)
    model = mask_rcnn(**settings).eval()
    images, _ = model.transform(photographs)
    state = calibrated_resnet50(seed, images.tensors).state_dict()
    model.backbone.body.load_state_dict({k: v for k, v in state.items() if not k.startswith("fc.")})
    fpn, rpn, heads = model.backbone.fpn, model.rpn, model.roi_heads

    maps = model.backbone.body(images.tensors)
    for block in fpn.inner_blocks:
        standardize(block[0], lambda: fpn(maps), 1)
    # The coarser the livelier: otherwise the many small RoIs would take all places among the detections.
    for block, deviation in zip(fpn.layer_blocks, (0.6, 0.8, 1, 1.2)):
        standardize(block[0], lambda: fpn(maps), deviation)
    pyramid = fpn(maps)

    for layer, deviation, mean in ((rpn.head.conv[0][0], 1, 0), (rpn.head.cls_logits, 1, -1), (rpn.head.bbox_pred, 0.05, 0)):
        standardize(layer, lambda: rpn.head(list(pyramid.values())), deviation, mean)
    proposals, _ = rpn(images, pyramid)

    rois = heads.box_roi_pool(pyramid, proposals, images.image_sizes)
    predictor = heads.box_predictor
    for layer, deviation in ((heads.box_head.fc6, 1), (heads.box_head.fc7, 1), (predictor.cls_score, 2.2), (predictor.bbox_pred, 0.7)):
        standardize(layer, lambda: predictor(heads.box_head(rois)), deviation)
    detections, _ = heads(pyramid, proposals, images.image_sizes)

    rois = heads.mask_roi_pool(pyramid, [found["boxes"] for found in detections], images.image_sizes)
    layers = [*(block[0] for block in heads.mask_head), heads.mask_predictor.conv5_mask, heads.mask_predictor.mask_fcn_logits]
    for layer in layers:
        logits = layer is layers[-1]
        standardize(layer, lambda: heads.mask_predictor(heads.mask_head(rois)), 2 if logits else 1, 1 if logits else 0)
    return model


@torch.no_grad()
def standardize(layer, run, deviation, mean=0.0):
    """Gives each channel of what a layer answers in `run` this mean and standard deviation."""
    answers = []
    hook = layer.register_forward_hook(lambda module, inputs, output: answers.append(output))
    run()
    hook.remove()
    if isinstance(layer, nn.Linear):
        flat = torch.cat(answers)
    else:
        flat = torch.cat([answer.permute(0, 2, 3, 1).flatten(0, 2) for answer in answers])
    factor = deviation / flat.std(0).clamp_min(1e-3)
    layer.bias.sub_(flat.mean(0)).mul_(factor).add_(mean)
    channels = 1 if isinstance(layer, nn.ConvTranspose2d) else 0
    shape = [-1 if dimension == channels else 1 for dimension in range(layer.weight.dim())]
    layer.weight.mul_(factor.view(shape))
