// The gate of an event processor in Go: it keeps one read lock for as long as no window is on, as docs/protocol.md describes, in
// one loop that looks, does one thing and looks again. Watches and changes of the connection only wake it. It does less in one
// thing: it gives up its place to a writer that is before it, and so may wait for ever behind writers who come without rest.
//
// Promised: the read node is deleted only after the last event in flight has left; no event enters while the connection is gone,
// nor once the session may have expired without anybody having said so.
// Not promised: anything for an event that is stopped in the middle for longer than the session.

package main

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/go-zookeeper/zk"
)

type Settings struct {
	Servers              []string
	LockPath, SignalPath string
	// Written into the read node, so that people see whose it is: the Pod's address.
	Owner string
	// The servers must grant it: they shorten one beyond their maxSessionTimeout (40 s by default), and this client hides that.
	SessionTimeout time.Duration
}

type Gate struct {
	Settings
	conn     *zk.Conn
	bell     chan struct{}
	open     atomic.Bool
	inFlight atomic.Int64
	leaseEnd atomic.Int64 // nanoseconds after began
	began    time.Time
	// Of the loop alone: the read node and the session that it belongs to, and the writer that it gave way to.
	node    string
	session int64
	writer  string
}

func NewGate(settings Settings) (*Gate, error) {
	gate := &Gate{Settings: settings, bell: make(chan struct{}, 1), began: time.Now()}
	conn, _, err := zk.Connect(settings.Servers, settings.SessionTimeout, zk.WithEventCallback(gate.hear), zk.WithLogInfo(false))
	gate.conn = conn
	return gate, err
}

// Enter lets one event in. It never waits: where it answers false, leave the event with its broker and ask again.
func (g *Gate) Enter() bool {
	g.inFlight.Add(1) // first, so that a gate that is being shut waits for this event or turns it away
	if g.open.Load() && time.Since(g.began) < time.Duration(g.leaseEnd.Load()) {
		return true
	}
	g.Leave()
	return false
}

func (g *Gate) Leave() {
	if g.inFlight.Add(-1) == 0 && !g.open.Load() {
		g.ring()
	}
}

// Serve keeps the read lock until the context ends; then it waits for the events in flight, releases, and returns.
func (g *Gate) Serve(ctx context.Context) {
	go g.keepLease(ctx)
	defer g.conn.Close()
	for {
		ended := ctx.Err() != nil
		if err := g.pass(ended); err != nil {
			fmt.Fprintln(os.Stderr, "the read lock:", err)
			time.AfterFunc(time.Second, g.ring) // nothing was learnt: look again soon
		}
		if ended && g.inFlight.Load() == 0 && g.node == "" {
			return
		}
		if ended {
			<-g.bell
			continue
		}
		select {
		case <-g.bell:
		case <-ctx.Done():
		}
	}
}

func (g *Gate) pass(ended bool) error {
	if g.conn.State() != zk.StateHasSession {
		g.open.Store(false) // a session that is back by itself rings
		if ended {
			g.node = "" // and goes with the session
		}
		return nil
	}
	if g.node != "" && g.session != g.conn.SessionID() {
		g.open.Store(false) // the node went with its session
		if g.inFlight.Load() > 0 {
			return nil
		}
		g.node = ""
	}
	signal, _, err := g.look(g.SignalPath)
	if err != nil {
		return err
	}
	if signal || ended {
		return g.giveWay()
	}
	if g.writer != "" {
		if stands, _, err := g.look(g.writer); stands || err != nil {
			return err
		}
		g.writer = ""
	}
	if g.node == "" {
		return g.take()
	}
	return g.admit()
}

// take creates the read node; only the next pass may open, since it looks at the signal again.
func (g *Gate) take() error {
	session := g.conn.SessionID()
	node, err := g.conn.CreateProtectedEphemeralSequential(g.LockPath+"/__READ__", []byte(g.Owner), zk.WorldACL(zk.PermAll))
	if err == zk.ErrNoNode {
		return g.createParents()
	}
	if err != nil {
		return err
	}
	// Beyond 2147483647 numbers turn negative and the order is wrong.
	if digits := sortKey(node); len(digits) != 10 || digits[0] == '-' {
		return fmt.Errorf("%s has run out of sequence numbers: let its windows use another lock path", g.LockPath)
	}
	g.node, g.session = node, session
	g.ring()
	return nil
}

func (g *Gate) admit() error {
	stands, stat, err := g.look(g.node)
	if err != nil {
		return err
	}
	if !stands || stat.EphemeralOwner != g.session { // somebody deleted it, or it is an earlier session's and about to go
		return g.giveWay()
	}
	if !g.open.Load() {
		children, _, err := g.conn.Children(g.LockPath)
		if err != nil {
			return err
		}
		if writer := lastWriterBefore(g.node, children); writer != "" {
			g.writer = g.LockPath + "/" + writer
			return g.giveWay()
		}
		g.open.Store(true)
	}
	return nil
}

func (g *Gate) giveWay() error {
	g.open.Store(false)
	if g.inFlight.Load() > 0 || g.node == "" {
		return nil // the last event to leave rings
	}
	if err := g.conn.Delete(g.node, -1); err != nil && err != zk.ErrNoNode {
		return err
	}
	g.node = ""
	g.ring()
	return nil
}

// look watches too: whatever happens to the node rings.
func (g *Gate) look(path string) (bool, *zk.Stat, error) {
	stands, stat, changed, err := g.conn.ExistsW(path)
	if err == nil {
		go func() {
			<-changed
			g.ring()
		}()
	}
	return stands, stat, err
}

// keepLease: a sync is answered only by servers whose leader counts this session alive. The third that is left out of the timeout
// is for what they have not told each other yet.
func (g *Gate) keepLease(ctx context.Context) {
	beat := time.NewTicker(g.SessionTimeout / 6)
	defer beat.Stop()
	for ctx.Err() == nil {
		sent := time.Since(g.began)
		if _, err := g.conn.Sync("/"); err == nil {
			g.leaseEnd.Store(int64(sent + g.SessionTimeout*2/3))
		}
		<-beat.C
	}
}

func (g *Gate) createParents() error {
	for at, letter := range g.LockPath + "/" {
		if letter != '/' || at == 0 {
			continue
		}
		_, err := g.conn.Create(g.LockPath[:at], nil, zk.FlagPersistent, zk.WorldACL(zk.PermAll))
		if err != nil && err != zk.ErrNodeExists {
			return err
		}
	}
	g.ring()
	return nil
}

func (g *Gate) hear(event zk.Event) {
	if event.Type == zk.EventSession {
		if event.State != zk.StateHasSession {
			g.open.Store(false)
		}
		g.ring()
	}
}

func (g *Gate) ring() {
	select {
	case g.bell <- struct{}{}:
	default: // it rings already
	}
}
