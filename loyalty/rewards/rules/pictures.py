"""Photos of the catalogue: read, turned upright, made small, and written anew without what else they held."""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from loyalty.kernel.refusal import Refusal

LARGEST_BYTES = 10 * 1024 * 1024
LARGEST_PIXELS = 50_000_000
LONGEST_SIDE = 960
_QUALITY = 82
_READABLE = ("JPEG", "PNG", "WEBP", "GIF")


def re_encode(content: bytes) -> tuple[bytes, str]:
    """A photo as JPEG, or as WebP when it is see-through, and its content type; nothing else stays in it.

    Refusals: picture_too_large (bytes or pixels, told by the head before anything is unpacked),
    picture_unreadable.
    """
    if len(content) > LARGEST_BYTES:
        raise Refusal("picture_too_large", megabytes=LARGEST_BYTES // 1024**2)
    try:
        with Image.open(io.BytesIO(content), formats=_READABLE) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                raise Refusal("picture_too_large", megabytes=LARGEST_BYTES // 1024**2)
            return _written(opened)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refusal("picture_unreadable") from None


def _written(opened: Image.Image) -> tuple[bytes, str]:
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(opened)
    see_through = upright.has_transparency_data
    small = upright.convert("RGBA" if see_through else "RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A picture made from the pixels alone has no place left for where and when it was taken.
    plain = Image.frombytes(small.mode, small.size, small.tobytes())
    written = io.BytesIO()
    kind = "WEBP" if see_through else "JPEG"
    plain.save(written, kind, quality=_QUALITY)
    return written.getvalue(), f"image/{kind.lower()}"
