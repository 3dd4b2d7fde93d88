"""Capture files of Ethernet frames, as small and as plain as they can be."""
import struct
from pathlib import Path

_HEADER = struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
# What each byte order and unit of time begins with.
_ORDERS = {bytes.fromhex(magic): order for magic, order in {
    "d4c3b2a1": "<", "a1b2c3d4": ">", "4d3cb2a1": "<", "a1b23c4d": ">",
}.items()}


def write(file: Path, frames: list[bytes]):
    records = (struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame for frame in frames)
    file.write_bytes(_HEADER + b"".join(records))


def read(file: Path) -> list[bytes]:
    data = file.read_bytes()
    order = _ORDERS[data[:4]]
    frames, at = [], len(_HEADER)
    while at < len(data):
        captured, length = struct.unpack(order + "II", data[at + 8:at + 16])
        assert captured == length, "a frame was cut short"
        frames.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return frames
