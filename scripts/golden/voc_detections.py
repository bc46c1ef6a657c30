"""The annotations of a split of a VOC devkit folder in COCO's format, read without atto, and detections made of them:
masks moved by a random amount, given the wrong class, repeated."""

import pathlib
import xml.etree.ElementTree as ElementTree

import numpy as np
from PIL import Image
from pycocotools import mask as coco_mask

CLASSES = ("aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant "
           "sheep sofa train tvmonitor").split()
VOID = 255


def voc_set(folder, split, seed, rounds):
    """A dictionary of COCO annotations and a list of results with masks: `rounds` times as many as there are objects."""
    random = np.random.default_rng(seed)
    folder = pathlib.Path(folder)
    truth = {"images": [], "annotations": [],
             "categories": [{"id": i + 1, "name": name} for i, name in enumerate(CLASSES)]}
    results = []
    for stem in (folder / "ImageSets/Segmentation" / f"{split}.txt").read_text().split():
        instances = np.array(Image.open(folder / "SegmentationObject" / f"{stem}.png"))
        classes = np.array(Image.open(folder / "SegmentationClass" / f"{stem}.png"))
        difficult = [int(found.findtext("difficult", "0"))
                     for found in ElementTree.parse(folder / "Annotations" / f"{stem}.xml").iter("object")]
        height, width = instances.shape
        truth["images"].append({"id": stem, "file_name": f"{stem}.jpg", "height": height, "width": width})
        for index in sorted(set(np.unique(instances)) - {0, VOID}):
            mask = instances == index
            category = int(np.bincount(classes[mask]).argmax())
            truth["annotations"].append({
                "id": len(truth["annotations"]) + 1, "image_id": stem, "category_id": category, "iscrowd": 0,
                "difficult": difficult[index - 1], **region(mask)})
            for _ in range(rounds):
                found = moved(random, mask)
                if found.any():
                    wrong = random.random() < 0.15
                    results.append({
                        "image_id": stem, "category_id": int(random.integers(1, 21)) if wrong else category,
                        # Two decimals: many scores are equal.
                        "score": round(float(random.uniform(0.01, 1)), 2), **region(found)})
    random.shuffle(results)
    for result in results:
        del result["area"]
    return truth, results


def moved(random, mask):
    """The mask after a random shift and stretch about its center."""
    rows, columns = np.nonzero(mask)
    amount = 0.3 * random.random() ** 2
    source = []
    for places, size in ((rows, mask.shape[0]), (columns, mask.shape[1])):
        center, extent = places.mean(), np.ptp(places) + 1
        shift, stretch = random.normal(0, amount) * extent, np.exp(random.normal(0, amount))
        source.append(np.round((np.arange(size) - shift - center) / stretch + center).astype(int))
    inside = [(places >= 0) & (places < size) for places, size in zip(source, mask.shape)]
    taken = mask[np.clip(source[0], 0, mask.shape[0] - 1)][:, np.clip(source[1], 0, mask.shape[1] - 1)]
    return taken & inside[0][:, None] & inside[1][None, :]


def region(mask):
    rle = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"bbox": coco_mask.toBbox(rle).tolist(), "area": float(coco_mask.area(rle)),
            "segmentation": {"size": rle["size"], "counts": rle["counts"].decode()}}
