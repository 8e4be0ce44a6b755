"""When each event was in work, on the machine's monotonic clock: the last so many of them."""
import threading
import time


class EventRecords:
    def __init__(self, kept):
        self._lock = threading.Lock()
        self._base = time.monotonic_ns()  # CLOCK_MONOTONIC on Linux, which all its processes share
        self._starts = [0] * kept
        self._ends = [0] * kept
        self.count = 0

    def begin(self):
        """Records a start and answers the event's number, for `end`."""
        with self._lock:
            event = self.count
            self.count += 1
            self._starts[event % len(self._starts)] = time.monotonic_ns() - self._base
            self._ends[event % len(self._ends)] = -1
            return event

    def end(self, event):
        with self._lock:
            if event >= self._dropped():
                self._ends[event % len(self._ends)] = time.monotonic_ns() - self._base

    def since(self, number):
        """The fields of GET /records."""
        with self._lock:
            first = max(number, self._dropped())
            at = [event % len(self._starts) for event in range(first, self.count)]
            return {
                "baseNs": str(self._base),
                "dropped": self._dropped(),
                "from": first,
                "starts": [self._starts[i] for i in at],
                "ends": [self._ends[i] for i in at],
            }

    def _dropped(self):
        return max(0, self.count - len(self._starts))
