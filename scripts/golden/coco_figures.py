"""COCO's twelve figures of boxes and masks by pycocotools, under this project's names."""

import contextlib
import copy
import io

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

NAMES = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]


def coco_of(truth):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = copy.deepcopy(truth)
        coco.createIndex()
    return coco


def coco_figures(truth, results, per_class=False):
    """{'box': …, 'mask': …}; None where pycocotools says -1. With `per_class` also each category's, by its name."""
    figures = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for geometry, kind in (("box", "bbox"), ("mask", "segm")):
            coco = coco_of(truth)
            evaluation = COCOeval(coco, coco.loadRes(copy.deepcopy(results)), kind)
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
            figures[geometry] = {
                name: None if value == -1 else float(value) for name, value in zip(NAMES, evaluation.stats)
            }
            if per_class:
                names = [coco.cats[category]["name"] for category in evaluation.params.catIds]
                figures[geometry]["perClass"] = {
                    name: class_figures(evaluation.eval, k) for k, name in enumerate(names)
                }
    return figures


def class_figures(evaluation, k):
    """The twelve figures of the k-th category, from pycocotools' arrays as its summary takes them from all categories:
    precision[threshold, recall, category, area, detections] and recall[threshold, category, area, detections]."""
    precision, recall = evaluation["precision"], evaluation["recall"]
    slices = [precision[:, :, k, 0, 2], precision[0, :, k, 0, 2], precision[5, :, k, 0, 2]]
    slices += [precision[:, :, k, area, 2] for area in (1, 2, 3)]
    slices += [recall[:, k, 0, most] for most in (0, 1, 2)]
    slices += [recall[:, k, area, 2] for area in (1, 2, 3)]
    defined = [values[values > -1] for values in slices]
    return {name: float(np.mean(values)) if values.size else None for name, values in zip(NAMES, defined)}
