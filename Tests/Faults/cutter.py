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
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closed when nobody accepts from it any more: a thread on its way into `accept` would take, by the same number,
        # the connections of the proxy that came next, and cut them.
        self.server.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.server.close()
        self.cut()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        """Serves one connection. A socket is closed when no thread reads from it any more: its number may be another's then."""
        server = socket.create_connection(("127.0.0.1", self.target))
        with self.lock:
            self.sockets += [client, server]
        pumps = [threading.Thread(target=self.pump, args=pair, daemon=True) for pair in ((client, server), (server, client))]
        for pump in pumps:
            pump.start()
        if self.is_cut:
            self.cut()
        for pump in pumps:
            pump.join()
        if self.is_cut:
            # The client gets a reset, as from a router that lost its table.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with self.lock:
            self.sockets = [one for one in self.sockets if one not in (client, server)]
            client.close()
            server.close()

    def pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while (data := source.recv(65_536)) and not self.is_cut:
                with self.lock:
                    rest = len(data) if self.limit is None else max(0, self.limit - self.count)
                    self.count += min(rest, len(data))
                    sink.sendall(data[:rest])
                if rest < len(data):
                    return self.cut()
            if not self.is_cut:
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return None

    def cut(self) -> None:
        """Ends every connection: whoever reads wakes up, and the sockets are closed."""
        self.is_cut = True
        with self.lock:
            for one in self.sockets:
                try:
                    one.shutdown(socket.SHUT_RD)
                except OSError:
                    pass
