"""Makes test/golden/masks.json: what pycocotools computes of run-length masks and polygons.

    python scripts/golden/masks.py
"""

import json
from pathlib import Path

import numpy as np
from pycocotools import mask as coco_mask

random = np.random.default_rng(20)


def text(rle):
    return rle["counts"].decode()


def runs(bitmap):
    """The plain counts of a bitmap."""
    flat = bitmap.reshape(-1, order="F")
    edges = np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1, [len(flat)]])
    counts = np.diff(edges).tolist()
    return [0] + counts if flat[0] else counts


def facts(rles, height, width):
    """The masks, and everything that is computed of them; every other one is a crowd."""
    merged = coco_mask.merge(rles)
    crowds = [i % 2 for i in range(len(rles))]
    return {
        "height": height,
        "width": width,
        "masks": [text(rle) for rle in rles],
        "areas": coco_mask.area(rles).tolist(),
        "boxes": coco_mask.toBbox(rles).tolist(),
        "ious": coco_mask.iou(rles, rles, crowds).tolist(),
        "union": text(merged),
        "intersection": text(coco_mask.merge(rles, intersect=True)),
    }


def coordinate(kind, low, high):
    value = random.uniform(low, high)
    return [value, round(value), round(2 * value) / 2, round(value, 1)][kind]


def polygon(kind, height, width):
    """Corners inside and outside the image, some twice, some below each other."""
    points = []
    for _ in range(random.integers(3, 9)):
        x, y = coordinate(kind, -0.2 * width, 1.2 * width), coordinate(kind, -0.2 * height, 1.2 * height)
        points += [x, y]
        if random.random() < 0.15:
            points += [x, y]
        if random.random() < 0.15:
            points += [x, coordinate(kind, 0, height)]
    return [float(value) for value in points]


def polygon_case(kind):
    height, width = (int(side) for side in random.integers(1, 70, 2))
    polygons = [polygon(kind, height, width) for _ in range(random.integers(1, 4))]
    return {"polygons": polygons, **facts(coco_mask.frPyObjects(polygons, height, width), height, width)}


def bitmap_case(share):
    """Noise of coarse dots: many short runs, or few long ones."""
    height, width = (int(side) for side in random.integers(1, 50, 2))
    dot = int(random.integers(1, 12))
    bitmaps = [
        np.asfortranarray(np.kron(random.random((height, width)) < share, np.ones((dot, dot)))[:height, :width], np.uint8)
        for _ in range(4)
    ]
    rles = [coco_mask.encode(bitmap) for bitmap in bitmaps]
    return {"counts": [runs(bitmap) for bitmap in bitmaps], **facts(rles, height, width)}


golden = {
    "polygons": [polygon_case(i % 4) for i in range(60)],
    "bitmaps": [bitmap_case(share) for share in (0, 0.02, 0.1, 0.5, 0.9, 0.98, 1) * 3],
}
path = Path(__file__).parents[2] / "test/golden/masks.json"
path.write_text(json.dumps(golden, separators=(",", ":")))
print(path, path.stat().st_size, "bytes")
