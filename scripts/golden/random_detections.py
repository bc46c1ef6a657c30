"""Random ground truth and detections in COCO's formats, for comparing scores.

Truths are ellipses, polygons and their unions; detections are truths moved and resized by a random amount, truths
given the wrong class, duplicates, and boxes of nothing. Among them are crowds, difficult objects, images without
truth, without detections and without either, classes without truth or detections, and many equal scores. Areas span
all of COCO's size classes where the images are large enough.
"""

import numpy as np
from pycocotools import mask as coco_mask


def random_set(seed, images, classes, truths_per_image, detections_per_image, largest_side):
    """A dictionary of COCO annotations and a list of results with masks."""
    random = np.random.default_rng(seed)
    truth = {
        "images": [],
        # The last class never occurs, the one before it is only detected.
        "categories": [{"id": 3 * k + 1, "name": f"class-{k}"} for k in range(classes)],
        "annotations": [],
    }
    results = []
    for index in range(images):
        image_id = int(1 + 7 * ((index * 31) % images))
        height, width = (int(side) for side in random.integers(largest_side // 2, largest_side + 1, 2))
        truth["images"].append({"id": image_id, "file_name": f"{image_id:06d}.jpg", "height": height, "width": width})
        shapes = []
        for _ in range(0 if index % 11 == 3 else random.poisson(truths_per_image)):
            shape = random_shape(random, height, width)
            category = skewed(random, classes - 2)
            shapes.append((shape, category))
            truth["annotations"].append(annotation(random, len(truth["annotations"]) + 1, image_id, category, shape,
                                                   height, width))
        if index % 11 in (3, 7) and index % 2 == 0:
            continue
        for _ in range(random.poisson(detections_per_image)):
            detected = random_detection(random, shapes, classes, height, width)
            if detected is not None:
                results.append({"image_id": image_id, **detected})
    random.shuffle(results)
    return truth, results


def skewed(random, classes):
    """A class: the first ones are frequent."""
    return int(classes * random.random() ** 2)


def random_shape(random, height, width):
    """An ellipse or a star as a list of polygons."""
    longest = np.exp(random.uniform(np.log(3), np.log(min(height, width))))
    x, y = random.uniform(0, width), random.uniform(0, height)
    radii = longest / 2 * random.uniform(0.4, 1, 2)
    corners = int(random.integers(3, 24))
    spikes = 1 - random.uniform(0, 0.6) * (np.arange(corners) % 2)
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + random.uniform(0, 1)
    return [np.stack([x + radii[0] * spikes * np.cos(angles), y + radii[1] * spikes * np.sin(angles)], 1)]


def moved(random, shape, amount):
    """The shape after a random shift and stretch; `amount` is relative to its size."""
    points = np.concatenate(shape)
    size = points.max(0) - points.min(0)
    center = points.mean(0)
    shift = random.normal(0, amount, 2) * size
    stretch = np.exp(random.normal(0, amount, 2))
    return [center + shift + (part - center) * stretch for part in shape]


def polygons_of(shape):
    return [[round(float(value), 2) for value in part.reshape(-1)] for part in shape]


def rle_of(shape, height, width):
    return coco_mask.merge(coco_mask.frPyObjects(polygons_of(shape), height, width))


def annotation(random, annotation_id, image_id, category, shape, height, width):
    crowd = random.random() < 0.06
    if crowd or random.random() < 0.2:
        shape = shape + moved(random, shape, 0.5)
    rle = rle_of(shape, height, width)
    form = "rle" if crowd else random.choice(["polygons", "rle", "counts"], p=[0.7, 0.2, 0.1])
    return {
        "id": annotation_id,
        "image_id": image_id,
        "category_id": 3 * category + 1,
        "iscrowd": int(crowd),
        "difficult": int(random.random() < 0.1),
        "area": float(coco_mask.area(rle)),
        "bbox": coco_mask.toBbox(rle).tolist(),
        "segmentation": polygons_of(shape) if form == "polygons" else segmentation(rle, form),
    }


def segmentation(rle, form):
    if form == "rle":
        return {"size": rle["size"], "counts": rle["counts"].decode()}
    flat = coco_mask.decode(rle).reshape(-1, order="F")
    changes = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff(np.concatenate([[0], changes, [len(flat)]])).tolist()
    return {"size": rle["size"], "counts": [0] + counts if flat[0] else counts}


def random_detection(random, shapes, classes, height, width):
    kind = random.random()
    if kind < 0.75 and shapes:
        shape, category = shapes[random.integers(len(shapes))]
        quality = random.random() ** 2
        shape = moved(random, shape, 0.4 * quality)
        if kind > 0.68:
            category = int(random.integers(classes - 1))
        score = np.clip(1 - quality + random.normal(0, 0.2), 0.01, 1)
    else:
        shape, category = random_shape(random, height, width), skewed(random, classes - 1)
        score = random.uniform(0.01, 0.7)
    rle = rle_of(shape, height, width)
    if coco_mask.area(rle) == 0:
        return None
    points = np.concatenate(shape)
    x1, y1 = points.min(0)
    x2, y2 = points.max(0)
    return {
        "category_id": 3 * category + 1,
        "bbox": [round(float(value), 2) for value in (x1, y1, x2 - x1, y2 - y1)],
        # Two decimals: many scores are equal.
        "score": round(float(score), 2),
        "segmentation": segmentation(rle, "rle"),
    }
