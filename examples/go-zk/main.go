// An event processor in Go that takes part in exclusive windows: its gate is in gate.go. The rest stands for a broker's consumer:
// it handles an event a millisecond, and prints of each when it was in work, "event <start> <end>", in nanoseconds of the machine's
// monotonic clock.

package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func main() {
	settings, err := settingsFrom(os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	gate, err := NewGate(settings)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	go consume(ctx, gate)
	gate.Serve(ctx)
}

func consume(ctx context.Context, gate *Gate) {
	out := bufio.NewWriter(os.Stdout)
	for ctx.Err() == nil {
		if !gate.Enter() {
			out.Flush()
			time.Sleep(time.Millisecond)
			continue
		}
		start := now()
		time.Sleep(time.Millisecond) // the work
		fmt.Fprintln(out, "event", start, now())
		gate.Leave()
		out.Flush()
	}
}

func settingsFrom(env func(string) string) (Settings, error) {
	lock, signalPath, named := strings.Cut(env("EXCLUSIVE_WINDOW_LOCKS"), "=")
	if !named {
		signalPath = lock + "-signal"
	}
	seconds, err := strconv.Atoi(env("EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS"))
	if env("EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS") == "" {
		seconds, err = 30, nil
	}
	servers := env("EXCLUSIVE_WINDOW_ZOOKEEPER")
	if strings.Contains(servers, "/") {
		return Settings{}, fmt.Errorf("EXCLUSIVE_WINDOW_ZOOKEEPER is %q: this client knows no chroot; leave it out, and name full lock paths", servers)
	}
	if servers == "" || lock == "" || signalPath == "" || strings.Contains(lock+signalPath, ",") || err != nil || seconds < 1 {
		return Settings{}, fmt.Errorf("set EXCLUSIVE_WINDOW_ZOOKEEPER to host:port,…, EXCLUSIVE_WINDOW_LOCKS to one <lock path>[=<signal path>], " +
			"and EXCLUSIVE_WINDOW_SESSION_TIMEOUT_SECONDS, if at all, to a whole number from 1")
	}
	timeout := time.Duration(seconds) * time.Second
	return Settings{strings.Split(servers, ","), lock, signalPath, env("POD_IP"), timeout}, nil
}

// now is CLOCK_MONOTONIC, which all processes of a machine share; Go's own monotonic time is counted from the start of the process.
func now() int64 {
	var at unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &at); err != nil {
		panic(err)
	}
	return at.Nano()
}
