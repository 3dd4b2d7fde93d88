"""The networks of the golden cases: ports, core peers, stations and keys, for the model and as text for aaigwd.

A network is made twice from the same description, once for the gateway and once for the stations: both ends have the
same keys, and each its own packet numbers and windows.
"""
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import frames
from aai_peer import LZONE, LZONE_ICV, MZONE, Context, Flow, Sa, Station, Tek
from gateway import Config, Port

ACCESS_MAC, CORE_MAC = (frames.mac(f"02:00:00:00:00:0{n}") for n in (1, 2))
ACCESS_ADDRESS, CORE_ADDRESS = "10.1.0.1", "10.2.0.1"
PEERS = {"10.2.0.9": frames.mac("02:00:00:00:02:09"), "10.2.0.10": frames.mac("02:00:00:00:02:0a")}
CONTROL_SAID, CTR_SAID = 1, 2
FRAME_NUMBER = 0x01020304


@dataclass
class Network:
    """`far` are the stations' own ends, in the order of `config.stations`."""

    config: Config
    far: list[Station]

    def pairs(self):
        """(station at the gateway, station itself, flow at the gateway, flow at the station)."""
        for near, far in zip(self.config.stations, self.far, strict=True):
            for flows in zip(near.flows, far.flows, strict=True):
                yield near, far, *flows

    def port(self, name: str) -> Port:
        return next(port for port in self.config.ports if port.name == name)


def tek_bytes(*names) -> bytes:
    """A key that depends on nothing but its name."""
    return hashlib.sha256(" ".join(map(str, names)).encode()).digest()[:16]


@dataclass
class TekPlan:
    eks: int
    use: str = "both"
    limits: dict = field(default_factory=dict)  # next_pn, hard_limit, ceiling


@dataclass
class StationPlan:
    """What a station is at either end. Each of `contexts` lists TEKs, which each of `saids` has in each zone."""

    name: str
    sector: int = 0
    stid: int | None = None
    cids: tuple = ()  # basic and primary
    contexts: tuple = ((TekPlan(0, "downlink"), TekPlan(1, "uplink")),)
    saids: tuple = (CONTROL_SAID,)
    icv: int = 8
    window: int = 128
    transmit: str | None = None
    flows: tuple = ()
    known: bool = True  # the gateway is told its address
    number: int = 0

    def build(self, uplink: bool) -> Station:
        address, mac = self.place()
        zones = [MZONE] * (self.stid is not None) + [LZONE] * bool(self.cids)
        contexts = {
            zone.name: [self._context(zone, number, teks, uplink) for number, teks in enumerate(self.contexts)]
            for zone in zones
        }
        transmit = {None: None, "mzone": MZONE, "lzone": LZONE}[self.transmit]
        flows = [Flow(**flow) for flow in self.flows]
        known = (address, mac) if self.known or uplink else (None, None)
        return Station(self.sector, self.stid, self.cids, *known, contexts, flows, transmit)

    def place(self) -> tuple[str, bytes]:
        """Address and MAC."""
        return f"10.1.0.{self.number + 100}", frames.mac(f"02:00:00:00:01:{self.number + 100:02x}")

    def _context(self, zone, number: int, teks: tuple, uplink: bool) -> Context:
        sas = {}
        for said in self.saids:
            keys = [
                Tek(tek.eks, tek_bytes(self.name, zone.name, number, said, tek.eks), tek.use,
                    **({} if uplink else tek.limits))
                for tek in teks
            ]
            icv = LZONE_ICV if zone is LZONE else 0 if said == CTR_SAID else self.icv
            sas[said] = Sa(zone, keys, icv=icv, window=self.window, uplink=uplink)
        akid, cmac_key_u = (tek_bytes(self.name, zone.name, number, what) for what in ("akid", "cmac_key_u"))
        return Context(sas, number + 1, akid[:8], cmac_key_u)


def build(plans: list[StationPlan], *, mtu: int = 1500, one_port: bool = False) -> Network:
    for number, plan in enumerate(plans):
        plan.number = number
    ports = [Port("access", ACCESS_MAC, ACCESS_ADDRESS, mtu), Port("core", CORE_MAC, CORE_ADDRESS, mtu)]
    if one_port:
        ports = ports[:1]
    config = Config(ports, dict(PEERS), [plan.build(uplink=False) for plan in plans], FRAME_NUMBER)
    config.core = ports[-1].name
    return Network(config, [plan.build(uplink=True) for plan in plans])


# The stations
# ----------------------------------------------------------------------------


class Plans:
    """Makes plans; every flow gets a data path of its own."""

    def __init__(self, first_key: int = 0x1000):
        self.plans = []
        self._keys = first_key

    def flow(self, **fields) -> dict:
        self._keys += 0x11
        return {"key": self._keys, "peer": list(PEERS)[self._keys % 2], **fields}

    def add(self, name: str, *flows: dict, **fields):
        """A flow that names no SA uses that of AES-CCM."""
        self.plans.append(StationPlan(name, flows=tuple(self.flow(**flow) for flow in flows), **fields))


def ordinary() -> list[StationPlan]:
    """Stations of every kind that traffic flows through in both directions."""
    plans = Plans()
    both = (TekPlan(2),),
    plans.add("a", {"fid": 3}, {"fid": 4, "short": True}, {"fid": 15, "max_packet": 600},
              {"fid": 5, "said": CTR_SAID}, {"fid": 6, "said": CTR_SAID, "short": True},
              stid=1, saids=(CONTROL_SAID, CTR_SAID))
    plans.add("b", {"fid": 3}, {"fid": 14, "short": True}, stid=0xFFF, icv=4, window=32, contexts=both)
    two = (TekPlan(0), TekPlan(1, "uplink")), (TekPlan(2), TekPlan(3, "uplink"))
    plans.add("c", {"fid": 7}, stid=1, sector=5, window=1024, contexts=two)
    # Contexts with the same EKS: only the ICV tells under which one a PDU was sent.
    again = ((TekPlan(0), TekPlan(1, "uplink")),) * 2
    plans.add("g", {"fid": 3}, {"fid": 4, "short": True}, stid=2, window=256, contexts=again)
    plans.add("h", {"cid": 900}, {"cid": 901, "crc": True}, cids=(8, 328), contexts=again)
    plans.add("d", {"cid": 700, "crc": True}, {"cid": 701}, cids=(5, 325), window=64)
    plans.add("e", {"fid": 3, "cid": 800}, {"fid": 9, "cid": 801, "crc": True}, stid=0x123, cids=(6, 326),
              contexts=both)
    plans.add("f", {"fid": 3, "cid": 700, "crc": True}, stid=0x124, cids=(7, 327), sector=5, transmit="lzone")
    return plans.plans


def many(number: int) -> list[StationPlan]:
    """Stations of both zones, for load."""
    plans = Plans(0x100000)
    for n in range(number):
        name = f"many {n}"
        if n % 3 == 2:
            plans.add(name, {"cid": 2000 + n, "crc": n % 2 == 0}, cids=(20 + n, 340 + n), sector=1)
        else:
            plans.add(name, {"fid": 3}, {"fid": 4, "short": True}, stid=0x200 + n, sector=1, icv=(4, 8)[n % 2])
    return plans.plans


def limited() -> list[StationPlan]:
    """Stations whose packet numbers are near an end, or that cannot be sent to."""
    plans = Plans()

    def limits(**numbers):
        return ((TekPlan(0, limits=numbers),),)

    plans.add("last", {"fid": 3}, {"fid": 4, "short": True}, stid=1, contexts=limits(next_pn=0x1FFFFC))
    plans.add("hard", {"fid": 3}, stid=2, contexts=limits(hard_limit=5))
    plans.add("ceiling", {"fid": 3}, stid=3, contexts=limits(next_pn=10, ceiling=15))
    plans.add("last-lzone", {"cid": 700}, cids=(5, 325), contexts=limits(next_pn=0x7FFFFFFC))
    plans.add("hard-lzone", {"cid": 701, "crc": True}, cids=(6, 326), contexts=limits(hard_limit=4, next_pn=2))
    plans.add("no-key", {"fid": 3}, stid=4, contexts=((TekPlan(0, "uplink"),),))
    plans.add("no-address", {"fid": 3}, stid=5, known=False)
    return plans.plans


def unknown() -> list[StationPlan]:
    """Stations whose addresses the gateway must learn."""
    plans = Plans()
    plans.add("mzone", {"fid": 3}, {"fid": 5, "said": CTR_SAID}, stid=1, saids=(CONTROL_SAID, CTR_SAID),
              known=False)
    plans.add("lzone", {"cid": 700}, cids=(5, 325), known=False)
    plans.add("both", {"fid": 3, "cid": 800}, stid=3, cids=(6, 326), known=False, transmit="lzone")
    plans.add("never", {"fid": 3}, stid=4, known=False)
    plans.add("moving", {"fid": 3}, stid=6)
    plans.add("signing", {"fid": 3, "cid": 801}, stid=7, cids=(7, 327), known=False)
    return plans.plans


# As text
# ----------------------------------------------------------------------------


def mac_text(mac: bytes) -> str:
    return mac.hex(":")


def _without_nones(mapping: dict) -> dict:
    return {name: value for name, value in mapping.items() if value is not None}


def _tek(tek: Tek) -> dict:
    next_pn = tek.next_pn if tek.next_pn != 1 else None
    return _without_nones({
        "eks": tek.eks, "key": tek.key.hex(), "use": tek.use, "next_pn": next_pn, "hard_limit": tek.hard_limit,
        "ceiling": tek.ceiling,
    })


def _context(zone, context: Context) -> dict:
    sas = []
    for said, sa in context.sas.items():
        icv = sa.icv if zone is MZONE and sa.icv else None
        sas.append(_without_nones({
            "said": said, "icv": icv, "window": sa.teks[0].window.size, "teks": [_tek(tek) for tek in sa.teks],
        }))
    return {
        "pmk_sn": context.ak_sn, "akid": context.akid.hex(), "cmac_key_u": context.cmac_key_u.hex(), "sas": sas,
    }


def _zone(zone, station: Station, head: dict) -> dict | None:
    contexts = station.contexts.get(zone.name)
    if contexts is None:
        return None
    return {**head, "contexts": [_context(zone, context) for context in contexts]}


def _station(number: int, station: Station, cores: dict[str, str]) -> dict:
    mzone = _zone(MZONE, station, {"stid": station.stid})
    cids = station.management_cids or (None, None)
    lzone = _zone(LZONE, station, {"basic_cid": cids[0], "primary_cid": cids[1]})
    flows = [_without_nones({
        "fid": flow.fid, "cid": flow.cid, "said": flow.said, "data_path_id": flow.key, "core": cores[flow.peer],
        "header": "spmh" if flow.short else None, "crc": flow.crc or None, "max_packet": flow.max_packet,
    }) for flow in station.flows]
    return _without_nones({
        "name": f"station-{number}", "sector": station.sector, "address": station.address,
        "mac": mac_text(station.mac) if station.mac else None, "mzone": mzone, "lzone": lzone,
        "transmit": station.transmit.name if mzone and lzone else None, "flows": flows,
    })


def configuration(config: Config, devices: dict[str, str], folder: Path) -> dict:
    """Of aaigwd, with a device for each port, before any packet has come."""
    cores = {address: f"core-{number}" for number, address in enumerate(config.peers)}
    # One port has both links in its network.
    prefix = 24 if len(config.ports) > 1 else 8
    sectors = sorted({station.sector for station in config.stations})
    return {
        "lab": True,
        "role": "abs",
        "workers": {"cores": [0], "idle": "sleep"},
        "memory": {"huge_pages": "never", "size_mb": 128, "packets": 4096},
        "ports": [{"name": port.name, "device": devices[port.name], "address": f"{port.address}/{prefix}",
                   "mac": mac_text(port.mac), "mtu": port.mtu} for port in config.ports],
        "links": {"access": config.access, "core": config.core},
        # Nothing here is to depend on time.
        "limits": {"unauthenticated_control_per_s": 1000000, "icmp_errors_per_s": 1000000},
        "sectors": [{"index": sector, "absid": f"00:00:bb:02:00:{sector:02x}"} for sector in sectors],
        "core_peers": [{"name": cores[address], "address": address, "mac": mac_text(mac)}
                       for address, mac in config.peers.items()],
        "control_socket": str(folder / "aaigwd.sock"),
        "state_dir": str(folder / "state"),
        "preset": {"frame_number": config.frame_number},
        "static": {"stations": [_station(n, station, cores) for n, station in enumerate(config.stations)]},
    }


def as_yaml(configuration: dict) -> str:
    """JSON is YAML."""
    return json.dumps(configuration, indent=2) + "\n"
