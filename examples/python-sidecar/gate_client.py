"""The gate of an event processor beside the gate sidecar: a lease for each batch of events, over HTTP on the loopback interface.

The sidecar keeps the Pod's read lock in ZooKeeper; while a lease is out it does not release it. Standard library only.
Fails closed: whatever cannot be learnt from the sidecar means that no event may be started.
"""
import http.client
import itertools
import time
import uuid

LEASE_SECONDS = 30


class Lease:
    """Leave to handle the events of one batch."""

    def __init__(self, name, ends):
        self.name = name
        self._ends = ends

    def holds(self):
        """To be asked right before each event: a Pod that was stopped may wake when its read lock has long been lost."""
        return time.monotonic() < self._ends


class GateClient:
    """Of one thread: it keeps one connection."""

    def __init__(self, host, port, batch_seconds):
        """`batch_seconds`: how long after it was asked for a lease is good for further events. The sidecar gives one only while a third
        of its session's timeout (30 s, EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS) is left for certain: stay well below that."""
        self._connection = http.client.HTTPConnection(host, port, timeout=60)
        self._batch_seconds = batch_seconds
        self._prefix = uuid.uuid4().hex
        self._numbers = itertools.count()

    def take(self):
        """A lease, or None while the gate is closed."""
        name = f"{self._prefix}-{next(self._numbers)}"
        asked = time.monotonic()
        # Its time at the sidecar is longer: that is for the last event, and for a program that died.
        if self._ask("PUT", f"/v1/leases/{name}?ttl={LEASE_SECONDS}s") not in (200, 201):
            return None
        return Lease(name, asked + self._batch_seconds)

    def give_back(self, lease):
        """One that does not arrive costs time: the sidecar waits for the lease's end."""
        self._ask("DELETE", f"/v1/leases/{lease.name}")

    def wait_until_open(self, seconds):
        """Returns when the gate opens, or after that time."""
        if self._ask("GET", f"/v1/gate?wait={seconds}s") is None:
            time.sleep(1)  # the sidecar does not answer

    def _ask(self, method, path):
        """The status; None where there was no answer."""
        try:
            self._connection.request(method, path)
            response = self._connection.getresponse()
            response.read()
            return response.status
        except (OSError, http.client.HTTPException):
            self._connection.close()  # the next question opens it again
            return None
