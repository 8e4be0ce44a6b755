// What a Go program needs to keep the read lock of a window: its client of ZooKeeper, and a clock that other programs share.
module exclusive-window.dev/examples/go-zk

go 1.26.0

require (
	github.com/go-zookeeper/zk v1.0.4
	golang.org/x/sys v0.49.0
)
