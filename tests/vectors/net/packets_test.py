#!/usr/bin/python3
"""Holds packets.json against the scapy of this machine, and sees that its names are distinct."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import make_packets


def test_scapy_still_builds_the_same():
    assert make_packets.PACKETS.read_text() == make_packets.document()


def test_names_are_distinct():
    names = [vector["name"] for vector in json.loads(make_packets.PACKETS.read_text())["vectors"]]
    assert names and len(set(names)) == len(names)
