"""Makes test/golden/sbd.json: files as the Semantic Boundaries Dataset has them, written and read by SciPy.

    python scripts/golden/sbd.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse

random = np.random.default_rng(7)


def segmentation(height, width, objects):
    """Rectangles over one another: object n has the value n."""
    labels = np.zeros((height, width), np.uint8)
    for index in range(1, objects + 1):
        y, x = random.integers(0, height - 8), random.integers(0, width - 8)
        labels[y : y + 8, x : x + random.integers(4, 9)] = index
    return labels


def boundaries(labels, objects):
    """Cells of sparse matrices, as the real files have them."""
    cells = np.empty((objects, 1), object)
    for index in range(objects):
        mask = labels == index + 1
        edge = np.zeros_like(mask)
        edge[:, 1:] = mask[:, 1:] ^ mask[:, :-1]
        cells[index, 0] = scipy.sparse.csc_matrix(edge)
    return cells


def case(name, labels, categories, **options):
    truth = {
        "Segmentation": labels,
        "Boundaries": boundaries(labels, len(categories)),
        "Categories": np.array(categories, options.pop("dtype", np.float64)).reshape(-1, 1),
    }
    file = io.BytesIO()
    scipy.io.savemat(file, {"GTinst": truth}, **options)
    read = scipy.io.loadmat(io.BytesIO(file.getvalue()))["GTinst"][0, 0]
    return {
        "name": name,
        "file": base64.b64encode(file.getvalue()).decode(),
        "height": labels.shape[0],
        "width": labels.shape[1],
        "labels": read["Segmentation"].astype(int).ravel().tolist(),
        "categories": read["Categories"].astype(int).ravel().tolist(),
    }


golden = [
    case("compressed", segmentation(24, 36, 3), [15, 8, 20], do_compression=True),
    case("plain", segmentation(17, 13, 2), [1, 12]),
    case("bytes for categories", segmentation(12, 30, 2), [3, 3], dtype=np.uint8, do_compression=True),
    case("doubles for labels", segmentation(12, 10, 1).astype(np.float64), [7], do_compression=True),
    case("one object more than categories", segmentation(20, 20, 2), [9], do_compression=True),
    case("one category more than objects", segmentation(20, 20, 1), [9, 4], do_compression=True),
    case("a category that there is not", segmentation(16, 18, 1), [21], do_compression=True),
    case("no objects", np.zeros((9, 11), np.uint8), [], do_compression=True),
]
path = Path(__file__).parents[2] / "test/golden/sbd.json"
path.write_text(json.dumps(golden, separators=(",", ":")))
print(path, path.stat().st_size, "bytes")
