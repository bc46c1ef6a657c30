"""Detections of a photograph by torchvision and by atto, and how far two models' are apart."""

import torch
from pycocotools import mask as run_lengths


class Detections:
    """What one model finds in one photograph, by falling score."""

    def __init__(self, labels, scores, boxes, masks):
        self.labels, self.scores = labels, scores
        self.boxes = torch.as_tensor(boxes, dtype=torch.float64).reshape(-1, 4)
        self.masks = masks

    @staticmethod
    @torch.no_grad()
    def of_torchvision(model, image):
        [found] = model([image])
        return Detections(
            found["labels"].tolist(), found["scores"].tolist(), found["boxes"], found["masks"][:, 0] > 0.5
        )

    @staticmethod
    def of_atto(results):
        """From `atto predict --json`."""
        return Detections(
            [result["category_id"] for result in results],
            [result["score"] for result in results],
            [[x, y, x + w, y + h] for x, y, w, h in (result["bbox"] for result in results)],
            [torch.from_numpy(run_lengths.decode(result["segmentation"])).bool() for result in results],
        )

    def __len__(self):
        return len(self.scores)

    def twins(self, other):
        """Of each detection the index of the nearest one of its class in `other`; None where none lies within a pixel."""
        left, twins = set(range(len(other))), []
        for label, box in zip(self.labels, self.boxes):
            distances = {j: (other.boxes[j] - box).abs().max().item() for j in left if other.labels[j] == label}
            nearest = min(distances, key=distances.get, default=None)
            twins.append(nearest if nearest is not None and distances[nearest] < 1 else None)
            left.discard(twins[-1])
        return twins


class Differences:
    """The largest differences of one model's detections from another's, over all photographs."""

    def __init__(self):
        self.detections = self.lone = self.below = 0
        self.order = self.box = self.score = self.mask = 0.0

    def add(self, expected, found):
        twins = expected.twins(found)
        pairs = [(k, j) for k, j in enumerate(twins) if j is not None]
        self.detections += len(expected)
        self.lone += len(expected) + len(found) - 2 * len(pairs)
        for (a, i), (b, j) in zip(pairs, pairs[1:]):
            if i > j:
                self.order = max(self.order, expected.scores[a] - expected.scores[b])
        for k, j in pairs:
            self.box = max(self.box, (expected.boxes[k] - found.boxes[j]).abs().max().item())
            self.score = max(self.score, abs(expected.scores[k] - found.scores[j]))
            a, b = expected.masks[k], found.masks[j]
            apart = (a ^ b).sum().item() / max((a | b).sum().item(), 1)
            self.mask = max(self.mask, apart)
            self.below += apart > 1e-3
