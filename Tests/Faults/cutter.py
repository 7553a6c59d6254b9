"""A TCP proxy that counts bytes and cuts every connection when so many went through it, both ways together."""

import socket
import struct
import threading


class Cutter:
    """Leads to a port of this machine. `limit`: after how many bytes it cuts; `None` never does."""

    def __init__(self, target: int, limit: int | None):
        self.target, self.limit, self.count = target, limit, 0
        self.lock, self.sockets, self.is_cut = threading.Lock(), [], False
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]

    def __enter__(self) -> "Cutter":
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.close()
        self.cut(isReset=False)

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            if self.is_cut:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            with self.lock:
                self.sockets += [client, server]
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    def pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                with self.lock:
                    rest = len(data) if self.limit is None else max(0, self.limit - self.count)
                    self.count += min(rest, len(data))
                    sink.sendall(data[:rest])
                if rest < len(data):
                    return self.cut()
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return None

    def cut(self, isReset: bool = True) -> None:
        """Ends every connection at once; the client gets a reset, as from a router that lost its table."""
        self.is_cut = True
        with self.lock:
            sockets, self.sockets = self.sockets, []
        for position, one in enumerate(sockets):
            if isReset and position % 2 == 0:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
