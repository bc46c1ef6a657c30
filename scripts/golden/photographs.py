"""Makes test/golden/photographs.json: small image files of every kind, and the pixels that Pillow decodes from them.

    python scripts/golden/photographs.py
"""

import base64
import io
import json
import struct
import zlib
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


def bmp(width, height, bits, pixels, compression=0, palette=b"", masks=b"", old=False):
    """A BMP file, since Pillow writes few kinds; `old` is OS/2's header."""
    start = 14 + (12 if old else 40) + len(masks) + len(palette)
    head = struct.pack("<IHHHH", 12, width, height, 1, bits) if old else struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(pixels), 0, 0, len(palette) // 4, 0
    )
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + head + masks + palette + pixels


def noise(length):
    return np.random.default_rng(length).integers(0, 256, length, np.uint8).tobytes()


def palette(colors, stride=4):
    return b"".join(noise(1000)[3 * i : 3 * i + 3] + bytes(stride - 3) for i in range(colors))


def inserted(data, mark, junk, last=False):
    """The file with bytes that belong to nothing in front of a JPEG marker."""
    at = data.rindex(mark) if last else data.index(mark)
    return data[:at] + junk + data[at:]


def with_wrong_checksum(data):
    """A PNG whose compressed pixels are fine, but their checksum isn't."""
    at = data.index(b"IDAT") + 4 + struct.unpack(">I", data[data.index(b"IDAT") - 4 : data.index(b"IDAT")])[0]
    return data[:at] + struct.pack(">I", zlib.crc32(b"another one")) + data[at + 4 :]


RUNS_OF_BYTES = bytes([5, 7, 8, 9, 0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 3, 200, 0, 0, 0, 2, 4, 1, 9, 3, 0, 0, 13, 77, 0, 1])
RUNS_OF_HALVES = bytes(
    [5, 0x7A, 8, 0x91, 0, 0, 0, 5, 0x12, 0x34, 0x50, 0, 3, 0xC4, 0, 0, 13, 0x55, 0, 0, 13, 0x12, 0, 0, 13, 0x77, 0, 1]
)

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
    "BMP": encoded(rgb, "BMP"),
    "BMP with alpha": encoded(rgba, "BMP"),
    "BMP, black and white": encoded(rgb.convert("1"), "BMP"),
    "BMP, gray": encoded(rgb.convert("L"), "BMP"),
    "BMP, 16 colors": bmp(13, 5, 4, noise(40), palette=palette(16)),
    "BMP, 256 colors, first row first": bmp(13, -5, 8, noise(80), palette=palette(256)),
    "BMP of OS/2": bmp(13, 5, 8, noise(80), palette=palette(256, 3), old=True),
    "BMP, 5 bits for each color": bmp(13, 5, 16, noise(140)),
    "BMP, 5, 6 and 5 bits": bmp(13, 5, 16, noise(140), 3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)),
    "BMP, 32 bits": bmp(13, 5, 32, noise(260)),
    "BMP, runs of bytes": bmp(13, 5, 8, RUNS_OF_BYTES, 1, palette(256)),
    "BMP, runs of half bytes": bmp(13, 5, 4, RUNS_OF_HALVES, 2, palette(16)),
    "PPM": encoded(rgb, "PPM"),
    "PGM": encoded(rgb.convert("L"), "PPM"),
    "PBM": encoded(rgb.convert("1"), "PPM"),
    "PPM up to 100": b"P6 4 1 100\n" + bytes([0, 1, 2, 3, 50, 51, 52, 98, 99, 100, 7, 8]),
    "PPM of 16 bits": b"P6 2 1 65535\n" + struct.pack(">6H", 0, 255, 256, 65535, 40000, 128),
    "PPM as text": b"P3\n# a comment\n3 1 # another\n15\n0 1 2 7 8 9 13 14 15",
    "PBM as text": b"P1\n5 2\n10101\n0 1 0 11",
    "PNG, wrong checksum": with_wrong_checksum(encoded(rgb, "PNG")),
    "JPEG, bytes before a table": inserted(encoded(rgb, "JPEG"), b"\xff\xdb", b"\x01\x02"),
    "JPEG, bytes before the scan": inserted(encoded(rgb, "JPEG"), b"\xff\xda", b"\x01\x02\x03\x04"),
    "JPEG, bytes before the end": inserted(encoded(rgb, "JPEG"), b"\xff\xd9", bytes(16), last=True),
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
