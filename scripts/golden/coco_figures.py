"""COCO's twelve figures of boxes and masks by pycocotools, under this project's names."""

import contextlib
import copy
import io

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

NAMES = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]


def coco_of(truth):
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = copy.deepcopy(truth)
        coco.createIndex()
    return coco


def coco_figures(truth, results):
    """{'box': …, 'mask': …}; None where pycocotools says -1."""
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
    return figures
