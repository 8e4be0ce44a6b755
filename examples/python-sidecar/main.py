"""An event processor in Python that takes part in exclusive windows through the gate sidecar: its gate is in gate_client.py.

The rest stands for a broker's consumer, and answers over HTTP when it handled events, as examples/event-processor does.
"""
import json
import os
import signal
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from event_records import EventRecords
from gate_client import GateClient

CONSUMERS = 2
BATCH_SECONDS = 0.1


def consume(client, records, pace, state, stopped):
    while not stopped.is_set():
        lease = client.take()
        if lease is None:
            state["state"] = "closed"
            client.wait_until_open(5)
            continue
        state["state"] = "open"
        try:
            while lease.holds():
                time.sleep(pace)  # the broker's next event
                if not lease.holds():
                    break  # it stays with the broker
                event = records.begin()
                time.sleep(0.001)  # the work
                records.end(event)
        finally:
            client.give_back(lease)


def handler(records, state):
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        identity = {"instance": str(uuid.uuid4()), "bootId": file.read().strip()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            url = urlsplit(self.path)
            number = parse_qs(url.query).get("from", ["0"])[0]
            if url.path in ("/livez", "/readyz"):  # one that pauses for a window is ready: it works as it should
                self.answer(200, "ok")
            elif url.path == "/stats":
                self.answer(200, json.dumps({**identity, **state, "obeysGate": True, "events": records.count}))
            elif url.path == "/records" and number.isdigit():
                self.answer(200, json.dumps({**identity, **records.since(int(number))}))
            else:
                self.answer(404, "try /stats, /records?from=0, /livez or /readyz")

        def answer(self, status, text):
            body = text.encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def number(name, otherwise):
    value = os.environ.get(name) or str(otherwise)
    if not value.isdigit() or int(value) < 1:
        sys.exit(f"{name} is {value}: give a whole number from 1")
    return int(value)


def main():
    host, _, port = (os.environ.get("EXCLUSIVE_WINDOW_GATE_LISTEN") or "127.0.0.1:9271").rpartition(":")
    if not host or not port.isdigit():
        sys.exit("EXCLUSIVE_WINDOW_GATE_LISTEN: this program takes host:port")
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    records = EventRecords(number("KEPT_RECORDS", 200_000))
    state = {"state": "closed"}
    pace = CONSUMERS / number("EVENTS_PER_SECOND", 333)
    server = ThreadingHTTPServer(("", number("PORT", 8080)), handler(records, state))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    clients = [GateClient(host, int(port), BATCH_SECONDS) for _ in range(CONSUMERS)]
    consumers = [threading.Thread(target=consume, args=(client, records, pace, state, stopped)) for client in clients]
    for consumer in consumers:
        consumer.start()
    while not stopped.wait(1):
        pass
    for consumer in consumers:
        consumer.join()
    server.shutdown()


if __name__ == "__main__":
    main()
