"""The gate of an event processor on kazoo: it keeps one read lock for as long as no window is on, as docs/protocol.md describes.

Promised: the read node is deleted only after the last event in flight has left; no event enters while the connection is gone,
nor once the session may have expired without anybody having said so.
Not promised: anything for an event that is stopped in the middle for longer than the session.
"""
import logging
import threading
import time

from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import KazooException, LockTimeout
from kazoo.handlers.threading import KazooTimeoutError

from curator_locks import CuratorReadLock

ACQUIRE_SECONDS = 10
LOOK_AGAIN_SECONDS = 30
AFTER_FAILURE_SECONDS = 1


class Gate:
    def __init__(self, servers, lock_path, signal_path, owner, session_timeout):
        # The servers must grant the timeout: they shorten one beyond their maxSessionTimeout (40 s by default).
        self._client = KazooClient(hosts=servers, timeout=session_timeout)
        self._lock_path, self._signal_path, self._owner = lock_path, signal_path, owner
        self._timeout = session_timeout
        self._changed = threading.Condition()
        self._rung = True
        self._open = False
        self._ending = False
        self._in_flight = 0
        self._lease_end = 0.0
        self._lock = None  # of the loop alone: what it holds, and in which session
        self._session = None
        self._strays = []  # locks that were given up, of which a node may still stand
        self._loop = threading.Thread(target=self._serve)

    def start(self):
        self._client.add_listener(self._hear)
        self._client.start(timeout=60)
        threading.Thread(target=self._keep_lease, daemon=True).start()
        self._loop.start()

    def enter(self):
        """Lets one event in. Never waits: where it answers False, leave the event with its broker and ask again."""
        with self._changed:
            may = self._open and time.monotonic() < self._lease_end
            self._in_flight += may
            return may

    def leave(self):
        with self._changed:
            self._in_flight -= 1
            if self._in_flight == 0:
                self._changed.notify_all()

    def close(self):
        """Waits for the events in flight, releases, and returns."""
        self._ending = True
        self._ring()
        self._loop.join()
        self._client.stop()
        self._client.close()

    def _serve(self):
        while not self._ending:
            with self._changed:
                self._changed.wait_for(lambda: self._rung or self._ending, LOOK_AGAIN_SECONDS)
                self._rung = False
            try:
                self._pass()
            except (KazooException, KazooTimeoutError) as error:
                logging.warning("the read lock: %r", error)
                time.sleep(AFTER_FAILURE_SECONDS)  # nothing was learnt: look again soon
                self._ring()
        self._give_way()

    def _pass(self):
        if not self._client.connected:
            return  # a session that is back rings
        if self._lock is not None and self._session != self._session_now():
            self._give_way()  # the node went with its session, though kazoo's lock goes on saying that it is acquired
        self._remove_strays()
        if self._client.exists(self._signal_path, watch=self._ring):
            self._give_way()
        elif self._lock is None:
            self._take()
        elif not self._stands():
            self._give_way()
            self._ring()
        else:
            self._set_open()

    def _take(self):
        lock = CuratorReadLock(self._client, self._lock_path, self._owner)
        session = self._session_now()
        self._strays.append(lock)
        try:
            taken = lock.acquire(timeout=ACQUIRE_SECONDS)  # never for ever: a signal that comes up meanwhile must be seen
        except LockTimeout:
            taken = False
        if taken:
            self._strays.remove(lock)
            self._lock, self._session = lock, session
        self._ring()  # only the next pass opens: it looks at the signal again, now that the lock is held

    def _remove_strays(self):
        """A node that stays behind would keep every window waiting: kazoo tries to remove it only once."""
        while self._strays:
            for name in self._client.get_children(self._lock_path) if self._client.exists(self._lock_path) else []:
                if name.startswith(self._strays[0].prefix):
                    self._client.delete(f"{self._lock_path}/{name}")
            self._strays.pop(0)

    def _give_way(self):
        with self._changed:
            self._open = False
            self._changed.wait_for(lambda: self._in_flight == 0)
        if self._lock is not None and self._session == self._session_now():
            self._lock.release()
        self._lock = None

    def _stands(self):
        """Whether the read node is there, and of the present session, not an earlier one's that is about to go."""
        stat = self._client.exists(f"{self._lock_path}/{self._lock.node}", watch=self._ring)
        return stat is not None and stat.ephemeralOwner == self._session

    def _set_open(self):
        with self._changed:
            self._open = self._client.connected and not self._rung

    def _session_now(self):
        return self._client.client_id[0] if self._client.client_id else None

    def _keep_lease(self):
        """A sync is answered only by servers whose leader counts this session alive. The third that is left out of the timeout is
        for what they have not told each other yet."""
        while True:
            sent = time.monotonic()
            try:
                self._client.sync_async("/").get(timeout=self._timeout / 3)
                self._lease_end = sent + self._timeout * 2 / 3
            except (KazooException, KazooTimeoutError):
                pass
            time.sleep(self._timeout / 6)

    def _hear(self, state):
        if state != KazooState.CONNECTED:
            with self._changed:
                self._open = False
        self._ring()

    def _ring(self, _event=None):
        with self._changed:
            self._rung = True
            self._changed.notify_all()
