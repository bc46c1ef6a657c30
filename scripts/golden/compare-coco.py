"""Compares `atto score` with pycocotools and a plain VOC devkit, and prints the largest differences.

Needs a Python with numpy and pycocotools (bench/setup-peers.sh makes one), and the built project:

  npm run build
  python3 scripts/golden/compare-coco.py                         # a random set, seed 1
  python3 scripts/golden/compare-coco.py 7 8 9                   # other seeds
  python3 scripts/golden/compare-coco.py --voc VOCdevkit/VOC2012 # that folder's val, detections made of it; seed 1

A random set has about 10,000 detections of 80 classes in 300 images, with crowds, difficult objects, empty images, more
than 100 detections of a class in an image, and equal scores. With --voc, atto reads the folder itself. It fails where a
COCO figure differs by more than 1e-9 or a VOC figure by more than 1e-12.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from coco_figures import coco_figures, coco_of
from random_detections import random_set
from voc_detections import voc_set
from voc_protocol import voc_figures

ATTO = pathlib.Path(__file__).parents[2] / "dist" / "cli" / "main.js"


def atto_score(truth, results):
    """`truth` is a folder, or a dictionary that is written to a file first."""
    with tempfile.TemporaryDirectory() as folder:
        files = {name: pathlib.Path(folder) / f"{name}.json" for name in ("truth", "results")}
        if isinstance(truth, dict):
            files["truth"].write_text(json.dumps(truth))
            truth = files["truth"]
        files["results"].write_text(json.dumps(results))
        command = ["node", ATTO, "score", "--json", "--ground-truth", truth, "--detections", files["results"]]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def flat(figures, path=""):
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from flat(value, f"{path}{name}.")
        else:
            yield path + name, value


def difference(expected, actual):
    """The largest difference, where it is, and how many figures were compared."""
    actual = dict(flat(actual))
    worst, where, count = 0.0, "", 0
    for name, value in flat(expected):
        count += 1
        if (value is None) != (actual[name] is None):
            return float("inf"), name, count
        if value is not None and abs(value - actual[name]) >= worst:
            worst, where = abs(value - actual[name]), name
    return worst, where, count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("seeds", nargs="*", type=int, default=[1])
    parser.add_argument("--voc", metavar="FOLDER")
    options = parser.parse_args()
    failed = False
    for seed in options.seeds:
        if options.voc:
            truth, results = voc_set(options.voc, "val", seed, rounds=10)
        else:
            truth, results = random_set(seed, images=300, classes=80, truths_per_image=20, detections_per_image=37,
                                        largest_side=320)
            crowd_image(truth, results)
        print(f"{options.voc or 'random'}, seed {seed}: {len(truth['images'])} images, {len(truth['annotations'])} truths "
              f"({sum(found['iscrowd'] for found in truth['annotations'])} crowds), {len(results)} detections, "
              f"{len({found['score'] for found in results})} different scores")
        figures = atto_score(options.voc or truth, results)
        for protocol, expected, limit in (("coco", coco_figures(truth, results, per_class=True), 1e-9),
                                          ("voc", voc_figures(coco_of(truth), results), 1e-12)):
            worst, where, count = difference(expected, figures[protocol])
            failed |= worst > limit
            print(f"  {protocol}: {count} figures, largest difference {worst:.3g} ({where}); "
                  f"box AP {figures[protocol]['box'].get('AP', figures[protocol]['box']['AP50']):.6f}, "
                  f"mask AP {figures[protocol]['mask'].get('AP', figures[protocol]['mask']['AP50']):.6f}")
    sys.exit(1 if failed else 0)


def crowd_image(truth, results):
    """Gives one image more than 100 detections of one class."""
    image_id = results[0]["image_id"]
    own = [found for found in results if found["image_id"] == image_id]
    for i in range(150):
        results.append({**own[i % len(own)], "category_id": 1, "score": round(0.99 - i / 200, 2)})


if __name__ == "__main__":
    main()
