"""A network link to the server that can be cut, so that packets vanish as when a cable is pulled.

The far end of the link is in a network namespace of its own, where a relay listens. That needs Linux, and to be root.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Of the range that is set aside for tests between networks; each process has its own four.
NEAR, FAR = (f"198.18.{os.getpid() % 256}.{host}" for host in (1, 2))
_NETWORK_NAMESPACE = 0x40000000


class Link:
    """A relay to a local port, reached over a link of its own."""

    def __init__(self, name: str, port: int) -> None:
        self._name, self._port = name, port
        self._far = f"{name}f"
        self._sockets: list[socket.socket] = []

    def open(self) -> int:
        """Lay the link and listen at its far end; the port there."""
        _ip("netns", "add", self._name)
        _ip("link", "add", f"{self._name}n", "type", "veth", "peer", "name", self._far, "netns", self._name)
        _ip("address", "add", f"{NEAR}/30", "dev", f"{self._name}n")
        _ip("link", "set", f"{self._name}n", "up")
        _ip("-n", self._name, "address", "add", f"{FAR}/30", "dev", self._far)
        self.join()
        listener = self._listener()
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    def cut(self) -> None:
        """From now on, nothing arrives."""
        _ip("-n", self._name, "link", "set", self._far, "down")

    def join(self) -> None:
        """Let packets through again."""
        _ip("-n", self._name, "link", "set", self._far, "up")

    def close(self) -> None:
        """Take everything away."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        _ip("netns", "delete", self._name)

    def _listener(self) -> socket.socket:
        """A socket belongs to the namespace of the thread that makes it."""
        made: list[socket.socket] = []

        def make() -> None:
            with Path("/run/netns", self._name).open("rb") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _NETWORK_NAMESPACE) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            made.append(socket.create_server((FAR, 0)))

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        self._sockets += made
        return made[0]

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                self._sockets += [near, server]
                for pair in ((near, server), (server, near)):
                    threading.Thread(target=_relay, args=pair, daemon=True).start()


def _relay(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def link_to(port: int) -> Iterator[tuple[Link, int]]:
    """A link to a port of this machine, and the port at its far end."""
    link = Link(f"kp{os.getpid()}", port)
    try:
        yield link, link.open()
    finally:
        link.close()


def can_be_laid() -> bool:
    """Whether this user on this machine may lay a link."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"kp{os.getpid()}try"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if tried.returncode != 0:
        return False
    _ip("netns", "delete", name)
    return True


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
