// A client's life in ZooKeeper, by the original's own registry code and in the original's order: /kiteq, publish nodes,
// brokers with a watch, a connection to each of them, then bindings. A broker that goes and comes is learned from the
// list of nodes alone: a connection that breaks is not dialed again, which is the worst the original does.
package main

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/blackbeans/kiteq-common/registry"
)

type member struct {
	client   *client
	center   *registry.RegistryCenter
	topics   []string // published to
	bindings []*registry.Binding
	applying sync.Mutex
	known    map[string]bool // addresses that were dialed, whatever came of it
	gone     chan bool       // closed at the end
}

// enter starts a client. It goes on without a broker, as the original does; `connected` tells when there is one.
func enter(zookeeper string, o options, topics []string, bindings []*registry.Binding) *client {
	c := newClient(o)
	c.hosts = map[string][]string{}
	m := &member{client: c, topics: topics, bindings: bindings, known: map[string]bool{}, gone: make(chan bool)}
	c.leave, c.lose = m.leave, m.forget
	m.center = registry.NewRegistryCenter(context.Background(), "zk://"+zookeeper)
	for range 2 { // as often as the original registers itself: it handles every event twice
		m.center.RegisterWatcher(m)
	}
	m.start()
	go m.beat()
	return c
}

// beat sends a heartbeat over each connection every ten seconds; who misses three is closed, and not dialed again.
func (m *member) beat() {
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	missed := map[*link]int{}
	for {
		select {
		case <-m.gone:
			return
		case <-tick.C:
		}
		for _, l := range m.client.open() {
			if _, err := l.ping(time.Now().Unix()); err == nil {
				delete(missed, l)
			} else if missed[l]++; missed[l] == 3 {
				l.tcp.Shutdown()
			}
		}
	}
}

func (m *member) start() {
	host, err := os.Hostname()
	if err != nil {
		panic(err)
	}
	if err := m.center.PublishTopics(m.topics, m.client.group, host); err != nil {
		m.client.problem("publish nodes: %v", err)
	}
	seen := map[string]bool{}
	for _, topic := range append(append([]string{}, m.topics...), topicsOf(m.bindings)...) {
		if !seen[topic] {
			seen[topic] = true
			m.find(topic)
		}
	}
	if len(m.bindings) == 0 {
		return
	}
	if err := m.center.PublishBindings(m.client.group, m.bindings); err != nil {
		m.client.problem("bindings: %v", err)
	}
}

func (m *member) find(topic string) {
	m.applying.Lock()
	defer m.applying.Unlock()
	addresses, err := m.center.GetQServerAndWatch(topic)
	if err != nil {
		m.client.problem("brokers of %s: %v", topic, err)
		return
	}
	m.apply(topic, addresses)
}

func (m *member) leave() {
	m.applying.Lock()
	close(m.gone)
	m.applying.Unlock()
	m.center.Close()
}

// apply dials what is new and drops what no topic uses any more. A dial that fails counts as done until the address has
// gone and come again.
func (m *member) apply(topic string, addresses []string) {
	if m.isGone() {
		return
	}
	c := m.client
	c.change(func() { c.hosts[topic] = addresses })
	for _, address := range addresses {
		if !m.known[address] {
			m.known[address] = true
			_ = c.join(address)
		}
	}
	used := map[string]bool{}
	dropped := []*link{}
	c.change(func() {
		for _, list := range c.hosts {
			for _, address := range list {
				used[address] = true
			}
		}
		for address, l := range c.links {
			if used[address] {
				continue
			}
			delete(c.links, address)
			if l.isStale {
				c.stale = append(c.stale, l)
			} else {
				dropped = append(dropped, l)
				delete(c.replies, address)
			}
		}
	})
	for address := range m.known {
		if !used[address] {
			delete(m.known, address)
		}
	}
	for _, l := range dropped {
		l.tcp.Shutdown()
	}
}

// OnQServerChanged is called by the registry with every list it reads.
func (m *member) OnQServerChanged(topic string, addresses []string) {
	m.applying.Lock()
	defer m.applying.Unlock()
	m.apply(topic, addresses)
}

func (m *member) OnBindChanged(topic, group string, bindings []*registry.Binding) {}

// OnSessionExpired is called at every end of the ZooKeeper connection, too. As in the original the whole start is done again,
// registers once more, and begins an empty table of connections: those that there are go on sending and reading, but nobody
// closes them any more, and what comes over them is answered nowhere until their address has gone and come again.
func (m *member) OnSessionExpired() {
	if m.isGone() {
		return
	}
	m.center.RegisterWatcher(m)
	m.forget()
	m.start()
}

func (m *member) forget() {
	c := m.client
	c.change(func() {
		c.replies = map[string]*link{}
		for _, l := range c.links {
			l.isStale = true
		}
	})
}

func (m *member) isGone() bool {
	select {
	case <-m.gone:
		return true
	default:
		return false
	}
}
