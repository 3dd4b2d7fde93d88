#!/usr/bin/python3
"""The model of the gateway on two interfaces: what live_peer.py is tried with. On request it makes mistakes.

usage: forwarder.py ACCESS_INTERFACE CORE_INTERFACE STATIONS [MISTAKE]
"""
import select
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]
import live_peer
from gateway import Gateway
from packet_socket import MAX_FRAME, open_socket

EVERY = 50


def mistaken(mistake: str, number: int, out: bytes, held: list[bytes]) -> list[bytes]:
    """What goes out instead of the frame `out`, which is the `number`th."""
    if number % EVERY == 0:
        return [out, *(held.pop() for _ in held[:])]
    if number % EVERY != 1:
        return [out]
    if mistake == "lose":
        return []
    if mistake == "repeat":
        return [out, out]
    if mistake == "reorder":
        held.append(out)
        return []
    if mistake == "spoil":
        return [out[:-1] + bytes([out[-1] ^ 1])]
    return [out]


def main(access: str, core: str, stations: int, mistake: str = "none"):
    gateway = Gateway(live_peer.live_network(stations).config)
    sockets = {"access": open_socket(access), "core": open_socket(core)}
    names = {sock: name for name, sock in sockets.items()}
    numbers, held = dict.fromkeys(sockets, 0), {name: [] for name in sockets}
    while True:
        for sock in select.select(list(names), [], [])[0]:
            for port, out in gateway.process(sock.recv(MAX_FRAME), names[sock]):
                traffic = gateway.last_verdicts[0] == "forwarded"
                numbers[port] += traffic
                for frame in mistaken(mistake, numbers[port], out, held[port]) if traffic else [out]:
                    sockets[port].send(frame)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:3], int(sys.argv[3]), *sys.argv[4:])
