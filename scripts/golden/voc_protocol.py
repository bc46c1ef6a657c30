"""VOC's average precision as the devkit's text has it, AP^r of SDS, and the rule of MNC and FCIS.

Slow and plain on purpose: dense masks, Python loops, one detection after the other over all images. Boxes are in the
devkit's inclusive pixels, counted from 1.
"""

import numpy as np
from pycocotools import mask as coco_mask


def inclusive(bbox):
    """COCO's [x, y, width, height] as the devkit's first and last pixel."""
    x, y, width, height = bbox
    return x + 1, y + 1, x + width, y + height


def box_iou(detection, truth):
    ax1, ay1, ax2, ay2 = inclusive(detection["bbox"])
    bx1, by1, bx2, by2 = inclusive(truth["bbox"])
    width = min(ax2, bx2) - max(ax1, bx1) + 1
    height = min(ay2, by2) - max(ay1, by1) + 1
    if width <= 0 or height <= 0:
        return 0.0
    union = (ax2 - ax1 + 1) * (ay2 - ay1 + 1) + (bx2 - bx1 + 1) * (by2 - by1 + 1) - width * height
    return width * height / union


def mask_iou(detection, truth):
    intersection = np.count_nonzero(detection["mask"] & truth["mask"])
    union = np.count_nonzero(detection["mask"] | truth["mask"])
    return intersection / union if union else 0.0


def scored_outcomes(detections, truths, iou, ignored, threshold, rule):
    """For one class: 'tp', 'fp' or None (ignored) of each detection by falling score, and the number of positives.

    `detections` in the order of the file, `truths` by image; `ignored` says which truths aren't positives.
    """
    by_image = {}
    for truth in truths:
        by_image.setdefault(truth["image_id"], []).append(truth)
    found = set()
    outcomes = []
    for detection in sorted(detections, key=lambda detection: -detection["score"]):
        best, best_iou = None, -np.inf
        for truth in by_image.get(detection["image_id"], []):
            if rule == "uncovered" and truth["id"] in found:
                continue
            overlap = iou(detection, truth)
            if overlap > best_iou:
                best, best_iou = truth, overlap
        hit = best is not None and (best_iou > threshold if rule == "uncovered" else best_iou >= threshold)
        if hit and ignored(best):
            outcomes.append(None)
        elif hit and best["id"] not in found:
            found.add(best["id"])
            outcomes.append("tp")
        else:
            outcomes.append("fp")
    return outcomes, sum(not ignored(truth) for truth in truths)


def average_precision(outcomes, positives, points):
    """`points` is 'all' or 11; None where there are no positives."""
    if positives == 0:
        return None
    kept = [outcome for outcome in outcomes if outcome is not None]
    tp = np.cumsum([outcome == "tp" for outcome in kept]) if kept else np.zeros(0)
    fp = np.cumsum([outcome == "fp" for outcome in kept]) if kept else np.zeros(0)
    recall = tp / positives
    precision = tp / np.maximum(tp + fp, 1)
    if points == 11:
        total = 0.0
        for threshold in np.arange(0.0, 1.1, 0.1):
            reached = precision[recall >= threshold]
            total += (reached.max() if len(reached) else 0.0) / 11
        return float(total)
    recall = np.concatenate([[0.0], recall, [1.0]])
    precision = np.concatenate([[0.0], precision, [0.0]])
    for i in range(len(precision) - 2, -1, -1):
        precision[i] = max(precision[i], precision[i + 1])
    steps = np.flatnonzero(recall[1:] != recall[:-1]) + 1
    return float(np.sum((recall[steps] - recall[steps - 1]) * precision[steps]))


def voc_figures(coco, results):
    """Every VOC figure of `results` (with masks) against a pycocotools COCO: of boxes and of masks."""
    truths = [{**truth, "mask": coco.annToMask(truth).astype(bool)} for truth in coco.dataset["annotations"]]
    detections = [{**found, "mask": coco_mask.decode(found["segmentation"]).astype(bool)} for found in results]
    names = {category["id"]: category["name"] for category in coco.dataset["categories"]}

    def crowd(truth):
        return bool(truth["iscrowd"])

    def crowd_or_difficult(truth):
        return crowd(truth) or bool(truth["difficult"])

    def figure(category, iou, ignored, threshold, rule, points):
        outcomes, positives = scored_outcomes(
            [found for found in detections if found["category_id"] == category],
            [truth for truth in truths if truth["category_id"] == category],
            iou, ignored, threshold, rule)
        return average_precision(outcomes, positives, points)

    def devkit(category, iou, ignored):
        return {
            "AP50": figure(category, iou, ignored, 0.5, "best", "all"),
            "AP50_11point": figure(category, iou, ignored, 0.5, "best", 11),
            "AP70": figure(category, iou, ignored, 0.7, "best", "all"),
            "AP70_11point": figure(category, iou, ignored, 0.7, "best", 11),
        }

    def volume(category):
        values = [figure(category, mask_iou, crowd, threshold, "uncovered", "all")
                  for threshold in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)]
        return {"AP_r": values[4], "AP_r_vol": None if values[0] is None else float(np.mean(values))}

    box = {name: devkit(category, box_iou, crowd_or_difficult) for category, name in names.items()}
    mask = {name: {**devkit(category, mask_iou, crowd), **volume(category)} for category, name in names.items()}
    return {"box": with_means(box), "mask": with_means(mask)}


def with_means(per_class):
    figures = next(iter(per_class.values()))
    means = {}
    for name in figures:
        defined = [values[name] for values in per_class.values() if values[name] is not None]
        means[name] = float(np.mean(defined)) if defined else None
    return {**means, "perClass": per_class}
