"""What torchvision makes of images for a classifier: test/golden/augmentation.json.

    bench/.venv/bin/python scripts/golden/augmentation.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import functional as F
from torchvision.transforms import v2

path = Path(__file__).parents[2] / "test" / "golden" / "augmentation.json"


def encoded(pixels: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(pixels).tobytes()).decode()


def photograph(height: int, width: int) -> np.ndarray:
    """Waves of several lengths in three colors, with a little noise."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 5 + y / 11), np.cos(x / 17 - y / 4), np.sin((x * y) / 150)]
    noise = np.random.default_rng(1).normal(0, 6, (height, width, 3))
    return np.clip(127 + 90 * np.stack(waves, -1) + noise, 0, 255).astype(np.uint8)


def colors() -> dict:
    image = np.random.default_rng(2).integers(0, 256, (6, 7, 3), dtype=np.uint8)
    tensor = torch.from_numpy(image).permute(2, 0, 1)
    change = {
        "brightness": F.adjust_brightness,
        "contrast": F.adjust_contrast,
        "saturation": F.adjust_saturation,
    }
    factors = [0, 0.37, 0.8, 1, 1.25, 1.9]
    changes = [
        {"kind": kind, "factor": factor, "pixels": encoded(adjust(tensor, factor).permute(1, 2, 0).numpy())}
        for kind, adjust in change.items()
        for factor in factors
    ]
    return {"height": 6, "width": 7, "pixels": encoded(image), "changes": changes}


def evaluation() -> list:
    """Evaluation's preset: Resize on a PIL image, bilinear with antialiasing, and CenterCrop."""
    cases = []
    for height, width, resize, size in [(75, 101, 40, 32), (120, 64, 40, 35), (30, 30, 48, 41)]:
        image = Image.fromarray(photograph(height, width))
        file = io.BytesIO()
        image.save(file, "png")
        seen = v2.CenterCrop(size)(v2.Resize(resize)(image))
        cases.append({
            "height": height,
            "width": width,
            "resize": resize,
            "size": size,
            "file": base64.b64encode(file.getvalue()).decode(),
            "pixels": encoded(np.asarray(seen)),
        })
    return cases


def losses() -> list:
    torch.manual_seed(3)
    logits = (2 * torch.randn(4, 5)).requires_grad_()
    labels = torch.tensor([0, 3, 4, 3])
    cases = []
    for smoothing in [0, 0.1, 0.6]:
        logits.grad = None
        loss = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
        loss.backward()
        cases.append({"smoothing": smoothing, "loss": loss.item(), "gradient": logits.grad.flatten().tolist()})
    return [logits.detach().flatten().tolist(), labels.tolist(), cases]


logits, labels, cases = losses()
golden = {
    "colors": colors(),
    "evaluation": evaluation(),
    "labelSmoothing": {"logits": logits, "labels": labels, "cases": cases},
}
path.write_text(json.dumps(golden, indent=1) + "\n")
