"""Messages made smaller for their way through Redis, and back within a limit known beforehand.

One zstd frame whose header tells the size. Why this level, and always: docs/scale.md.
"""

from __future__ import annotations

import zstandard

LEVEL = 1
_OVERHEAD = 1024  # [byte] headers of the frame and its blocks, beside less than 1/128 of the content


class CompressionError(Exception):
    """Not one whole frame of an acceptable size; says why."""


def compress(data: bytes) -> bytes:
    """Return `data` as one frame."""
    return zstandard.compress(data, LEVEL)


def largest_frame(size: int) -> int:
    """Return an upper bound of the frame of `size` bytes that cannot be made smaller [byte]."""
    return size + size // 128 + _OVERHEAD


def decompress(frame: bytes, largest: int) -> bytes:
    """Return the content of a frame from anybody, of at most `largest` bytes.

    No more memory than that is taken: the size that the header declares is looked at first, and the content
    must have it. Raises CompressionError.
    """
    if len(frame) > largest_frame(largest):
        raise CompressionError(f"{len(frame)} bytes are more than {largest} bytes of content need")
    try:
        if zstandard.frame_content_size(frame) < 0:
            raise CompressionError("the frame does not tell the size of its content")
        header = zstandard.get_frame_parameters(frame)
        if header.content_size > largest:
            raise CompressionError(f"{header.content_size} bytes of content are more than {largest}")
        if header.dict_id:
            raise CompressionError("the frame was made with a dictionary")
        content: bytes = zstandard.ZstdDecompressor().decompress(
            frame, read_across_frames=False, allow_extra_data=False
        )
    except zstandard.ZstdError as error:
        raise CompressionError(f"not one zstd frame ({error})"[:200]) from error
    if len(content) != header.content_size:
        raise CompressionError("the content is not of the size that the frame tells")
    return content
