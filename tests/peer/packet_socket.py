"""Raw Ethernet sockets that send and receive many frames in one system call: fast enough for a test at full rate."""
import ctypes
import errno
import os
import socket
import struct

# Of linux/if_packet.h and its neighbours; Python's socket module does not know them.
SOL_PACKET, PACKET_STATISTICS, PACKET_IGNORE_OUTGOING = 263, 6, 23
SO_RCVBUFFORCE = 33
ETH_P_ALL = 3
BUFFER_BYTES = 256 << 20
MAX_FRAME = 9216

_libc = ctypes.CDLL(None, use_errno=True)


class _Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class _Msghdr(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p), ("name_length", ctypes.c_uint), ("iov", ctypes.POINTER(_Iovec)),
        ("iov_length", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class _Mmsghdr(ctypes.Structure):
    _fields_ = [("header", _Msghdr), ("length", ctypes.c_uint)]


def open_socket(interface: str) -> socket.socket:
    """Of all frames that come in at `interface`, and for sending there."""
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    made.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    made.bind((interface, ETH_P_ALL))
    return made


def _headers(buffer: ctypes.Array, places: list[tuple[int, int]]):
    """An array for sendmmsg() and recvmmsg(), and what it points at; `places` are offsets and lengths."""
    start = ctypes.addressof(buffer)
    vectors = (_Iovec * len(places))(*((start + at, length) for at, length in places))
    headers = (_Mmsghdr * len(places))()
    for header, vector in zip(headers, vectors):
        header.header.iov = ctypes.pointer(vector)
        header.header.iov_length = 1
    return headers, vectors


class Sender:
    """Frames that lie ready to go, in order."""

    def __init__(self, sock: socket.socket, frame_list: list[bytes]):
        self._socket = sock
        data = b"".join(frame_list)
        self._buffer = ctypes.create_string_buffer(data, max(1, len(data)))
        places, at = [], 0
        for frame in frame_list:
            places.append((at, len(frame)))
            at += len(frame)
        self._headers, self._vectors = _headers(self._buffer, places)
        self.sent = 0
        self.size = len(frame_list)

    def send(self, number: int) -> int:
        """The next `number` frames at most; gives how many the interface took now."""
        number = min(number, self.size - self.sent)
        if number <= 0:
            return 0
        first = ctypes.byref(self._headers, self.sent * ctypes.sizeof(_Mmsghdr))
        done = _libc.sendmmsg(self._socket.fileno(), first, number, 0)
        if done < 0:
            if ctypes.get_errno() not in (errno.ENOBUFS, errno.EAGAIN, errno.EINTR, errno.ENETDOWN):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            return 0
        self.sent += done
        return done


class Receiver:
    """Takes frames as they lie in the socket's buffer."""

    SLOTS = 128

    def __init__(self, sock: socket.socket):
        self._socket = sock
        self._buffer = ctypes.create_string_buffer(self.SLOTS * MAX_FRAME)
        self._headers, self._vectors = _headers(
            self._buffer, [(slot * MAX_FRAME, MAX_FRAME) for slot in range(self.SLOTS)])
        self._view = memoryview(self._buffer)

    def receive(self) -> list[bytes]:
        """What is there now, up to a burst."""
        number = _libc.recvmmsg(self._socket.fileno(), self._headers, self.SLOTS, socket.MSG_DONTWAIT, None)
        starts = range(0, max(number, 0) * MAX_FRAME, MAX_FRAME)
        return [bytes(self._view[at:at + self._headers[at // MAX_FRAME].length]) for at in starts]

    def lost_by_kernel(self) -> int:
        """Frames that came while the socket's buffer was full."""
        _, dropped = struct.unpack("II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        return dropped
