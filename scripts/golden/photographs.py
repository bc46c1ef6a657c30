"""Makes test/golden/photographs.json: small image files of every kind, and the pixels that Pillow decodes from them.

    python scripts/golden/photographs.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

HEIGHT, WIDTH = 14, 18


def picture():
    """Colors that change smoothly, with a hard edge; not symmetric, so that a wrong turn shows."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    red = 255 * x / WIDTH
    green = 255 * y / HEIGHT
    blue = np.where(x + 2 * y < 20, 220, 30)
    return Image.fromarray(np.stack([red, green, blue], axis=-1).astype(np.uint8))


def encoded(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def text(data):
    return base64.b64encode(data).decode()


rgb = picture()
rgba = rgb.copy()
rgba.putalpha(Image.fromarray(np.linspace(0, 255, HEIGHT * WIDTH).astype(np.uint8).reshape(HEIGHT, WIDTH)))
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()

files = {
    "JPEG": encoded(rgb, "JPEG", quality=90),
    "JPEG, full chroma": encoded(rgb, "JPEG", quality=90, subsampling=0),
    "JPEG, progressive": encoded(rgb, "JPEG", progressive=True),
    "JPEG, gray": encoded(rgb.convert("L"), "JPEG"),
    "JPEG, CMYK": encoded(rgb.convert("CMYK"), "JPEG", quality=95),
    "JPEG with a color profile": encoded(rgb, "JPEG", icc_profile=profile),
    "PNG": encoded(rgb, "PNG"),
    "PNG, gray with alpha": encoded(rgb.convert("LA"), "PNG"),
    "PNG with alpha": encoded(rgba, "PNG"),
    "PNG with a palette and a transparent color": encoded(rgb.quantize(16), "PNG", transparency=3),
    "PNG, black and white": encoded(rgb.convert("1"), "PNG"),
    "WebP": encoded(rgb, "WEBP", quality=90),
    "GIF": encoded(rgb.quantize(32), "GIF"),
    "TIFF, CMYK": encoded(rgb.convert("CMYK"), "TIFF"),
    **{f"JPEG, orientation {i}": encoded(rgb, "JPEG", exif=exif(i)) for i in range(1, 9)},
}

golden = []
for name, data in files.items():
    stored = Image.open(io.BytesIO(data)).convert("RGB")
    turned = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    golden.append(
        {
            "name": name,
            "file": text(data),
            "stored": text(stored.tobytes()),
            "turned": {"width": turned.width, "height": turned.height, "pixels": text(turned.tobytes())},
        }
    )

target = Path(__file__).parents[2] / "test" / "golden" / "photographs.json"
target.write_text(json.dumps(golden, indent=2) + "\n")
print(target, target.stat().st_size, "bytes")
