"""An event processor on kazoo that takes part in exclusive windows: its gate is in gate.py.

The rest stands for a broker's consumer: it handles an event a millisecond, and prints of each when it was in work,
"event <start> <end>", in nanoseconds of the machine's monotonic clock.
"""
import logging
import os
import signal
import sys
import threading
import time

from gate import Gate


def main():
    logging.basicConfig()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    gate = Gate(**settings(os.environ))
    gate.start()
    while not stopped.is_set():
        if not gate.enter():
            time.sleep(0.001)
            continue
        start = time.monotonic_ns()
        time.sleep(0.001)  # the work
        print("event", start, time.monotonic_ns(), flush=True)
        gate.leave()
    gate.close()


def settings(env):
    servers, locks = env.get("EXCLUSIVE_WINDOW_ZOOKEEPER", ""), env.get("EXCLUSIVE_WINDOW_LOCKS", "")
    lock_path, named, signal_path = locks.partition("=")
    seconds = env.get("EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS", "30")
    if not servers or not lock_path or (named and not signal_path) or "," in locks or not seconds.isdigit() or int(seconds) < 1:
        sys.exit(
            "set EXCLUSIVE_WINDOW_ZOOKEEPER to host:port,…, EXCLUSIVE_WINDOW_LOCKS to one <lock path>[=<signal path>], "
            "and EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS, if at all, to a whole number from 1"
        )
    return {
        "servers": servers,
        "lock_path": lock_path,
        "signal_path": signal_path or f"{lock_path}-signal",
        "owner": env.get("POD_IP", ""),
        "session_timeout": int(seconds),
    }


if __name__ == "__main__":
    main()
