"""Makes test/golden/metrics.json: sets of random truths and detections with the scores that pycocotools and a plain
VOC devkit (voc_protocol.py) give them.

    python scripts/golden/metrics.py
"""

import json
from pathlib import Path

from coco_figures import coco_figures, coco_of
from random_detections import random_set
from voc_protocol import voc_figures

SETS = [
    # Images large enough for large objects.
    dict(seed=1, images=22, classes=5, truths_per_image=6, detections_per_image=12, largest_side=260),
    # Many small objects of few classes.
    dict(seed=2, images=6, classes=4, truths_per_image=25, detections_per_image=60, largest_side=60),
    # Every class rare.
    dict(seed=3, images=30, classes=14, truths_per_image=1.5, detections_per_image=3, largest_side=120),
]

golden = []
for arguments in SETS:
    truth, results = random_set(**arguments)
    golden.append({
        "truth": truth,
        "results": results,
        "coco": coco_figures(truth, results),
        "voc": voc_figures(coco_of(truth), results),
    })
path = Path(__file__).parents[2] / "test/golden/metrics.json"
path.write_text(json.dumps(golden, separators=(",", ":")))
print(path, path.stat().st_size, "bytes")
