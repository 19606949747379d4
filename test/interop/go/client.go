// A client as an application has it: one group, one counter of opaques, a connection to each broker. Which brokers
// there are it is told once, or again and again by ZooKeeper (member.go). It must never choose as the original would not.
package main

import (
	"errors"
	"fmt"
	"math/rand"
	"sync"
	"time"

	"github.com/blackbeans/kiteq-common/protocol"
	"github.com/blackbeans/kiteq-common/registry"
	"github.com/blackbeans/turbo"
)

type verdict int

const (
	accept verdict = iota
	refuse
	silent // answer nothing at all, so that the lease of the broker runs out
)

type delivery struct {
	opaque  uint32
	message *protocol.QMessage
	raw     []byte
	at      time.Time
	address string // of the broker it came from
}

func (d delivery) id() string { return d.message.GetHeader().GetMessageId() }

type inquiry struct {
	opaque   uint32
	id       string
	status   int32
	feedback string
	commit   bool
}

// options of a client. Handlers run on turbo's goroutines, up to 50 at a time.
type options struct {
	group    string
	secret   string
	warmUp   int32
	handler  func(delivery) verdict
	check    func(*protocol.TxResponse) error
	bindings []*registry.Binding // with ZooKeeper: instead of what the case says of the group
	// As the original has it, a connection is entered among those that answers go over once its handshake is through:
	// the answer to what comes right behind the broker's word may find no way. Cases that are about something else begin earlier.
	entersLate bool
}

// errUnconnected: nothing was sent.
var errUnconnected = errors.New("no open connection")

type client struct {
	group      string
	options    options
	deliveries chan delivery
	inquiries  chan inquiry
	auth       chan *protocol.ConnAuthAck
	mutex      sync.Mutex
	config     *turbo.TConfig
	links      map[string]*link
	replies    map[string]*link    // the way of an answer to what came from an address
	unanswered map[string]bool     // ids of what was handled and had no way for its answer
	stale      []*link             // forgotten and never closed (member.go)
	hosts      map[string][]string // addresses by topic; nil when every connection is good for all
	prepared   map[string]*link    // where a transaction began is where it is decided
	published  map[string]int      // store acks by address
	problems   []string
	changed    chan bool // closed when links or hosts have changed
	leave      func()    // what is to be ended before the connections
	lose       func()    // what the end of its ZooKeeper connection does to a client
}

func newClient(o options) *client {
	return &client{
		group:      o.group,
		options:    o,
		deliveries: make(chan delivery, 65536),
		inquiries:  make(chan inquiry, 1024),
		auth:       make(chan *protocol.ConnAuthAck, 8),
		config:     takeConfig(),
		links:      map[string]*link{},
		replies:    map[string]*link{},
		unanswered: map[string]bool{},
		prepared:   map[string]*link{},
		published:  map[string]int{},
		changed:    make(chan bool),
	}
}

// connect dials one broker and shakes hands.
func connect(address string, o options) (*client, error) {
	c := newClient(o)
	if err := c.join(address); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// dial opens a connection only; nothing is sent.
func dial(address string, o options) (*client, error) {
	c := newClient(o)
	l, err := dialLink(address, c, c.config)
	if err != nil {
		c.close()
		return nil, err
	}
	c.links[address], c.replies[address] = l, l
	return c, nil
}

// join adds a connection that has shaken hands.
func (c *client) join(address string) error {
	c.mutex.Lock()
	config := c.config
	c.mutex.Unlock()
	if config == nil {
		return errors.New("the client is closed")
	}
	l, err := dialLink(address, c, config)
	if err != nil {
		return err
	}
	if !c.options.entersLate {
		c.change(func() { c.replies[address] = l })
	}
	ack, err := l.handshake(c.group, c.options.secret, c.options.warmUp)
	if err == nil && !ack.GetStatus() {
		err = fmt.Errorf("handshake refused: %q", ack.GetFeedback())
	}
	if err != nil {
		l.tcp.Shutdown()
		return err
	}
	if c.options.entersLate {
		<-time.After(50 * time.Millisecond) // a busy machine, so that it happens every time
	}
	c.change(func() { c.links[address], c.replies[address] = l, l })
	return nil
}

// close may be called more than once.
func (c *client) close() {
	c.mutex.Lock()
	config, links, leave := c.config, c.stale, c.leave
	for _, l := range c.links {
		links = append(links, l)
	}
	c.config, c.links, c.stale, c.leave = nil, map[string]*link{}, nil, nil
	c.mutex.Unlock()
	if leave != nil {
		leave()
	}
	for _, l := range links {
		l.tcp.Shutdown()
	}
	if config != nil {
		returnConfig(config)
	}
}

var freeConfigs = struct {
	sync.Mutex
	list []*turbo.TConfig
}{}

// takeConfig gives what the original client asks turbo for: 50 workers, 16 KiB buffers, 10 000 queued packets.
// Used again after a close, because every turbo config keeps a goroutine that wakes each millisecond for ever.
func takeConfig() *turbo.TConfig {
	freeConfigs.Lock()
	defer freeConfigs.Unlock()
	if last := len(freeConfigs.list) - 1; last >= 0 {
		config := freeConfigs.list[last]
		freeConfigs.list = freeConfigs.list[:last]
		return config
	}
	return turbo.NewTConfig("conformance", 50, 16*1024, 16*1024, 10000, 10000, 10*time.Second, 500000)
}

func returnConfig(config *turbo.TConfig) {
	freeConfigs.Lock()
	defer freeConfigs.Unlock()
	freeConfigs.list = append(freeConfigs.list, config)
}

func (c *client) change(do func()) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	do()
	close(c.changed)
	c.changed = make(chan bool)
}

// until waits for a state of the connections; `holds` runs under the client's lock.
func (c *client) until(wait time.Duration, what string, holds func() bool) error {
	deadline := time.After(wait)
	for {
		c.mutex.Lock()
		done, changed := holds(), c.changed
		c.mutex.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-deadline:
			return fmt.Errorf("%s: %s not within %v", c.group, what, wait)
		}
	}
}

// replyWay is nil when the original would send an answer nowhere.
func (c *client) replyWay(address string) *link {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.replies[address]
}

// connected says whether there is an open connection to each of the addresses. To be asked under the lock.
func (c *client) connected(addresses []string) bool {
	for _, address := range addresses {
		if l := c.links[address]; l == nil || !l.isOpen() {
			return false
		}
	}
	return true
}

// open are the connections that are.
func (c *client) open() []*link {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	open := []*link{}
	for _, l := range c.links {
		if l.isOpen() {
			open = append(open, l)
		}
	}
	return open
}

// pick chooses among the open connections of a topic by chance, as the original does. The topic "" stands for any.
func (c *client) pick(topic string) (*link, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	open := []*link{}
	if c.hosts == nil || topic == "" {
		for _, l := range c.links {
			if l.isOpen() {
				open = append(open, l)
			}
		}
	} else {
		for _, address := range c.hosts[topic] {
			if l := c.links[address]; l != nil && l.isOpen() {
				open = append(open, l)
			}
		}
	}
	if len(open) == 0 {
		return nil, fmt.Errorf("%s: %w for topic %q", c.group, errUnconnected, topic)
	}
	return open[rand.Intn(len(open))], nil
}

// publish sends a BytesMessage or StringMessage and waits for its store ack. Nothing is tried again.
func (c *client) publish(message interface{}) (*protocol.MessageStoreAck, error) {
	header := protocol.NewQMessage(message).GetHeader()
	l, err := c.pick(header.GetTopic())
	if err != nil {
		return nil, err
	}
	if !header.GetCommit() {
		c.mutex.Lock()
		c.prepared[header.GetMessageId()] = l
		c.mutex.Unlock()
	}
	ack, err := l.publish(message)
	if err == nil && ack.GetStatus() {
		c.mutex.Lock()
		c.published[l.address]++
		c.mutex.Unlock()
	}
	return ack, err
}

// mustPublish fails unless the broker took the message.
func (c *client) mustPublish(message interface{}) error {
	ack, err := c.publish(message)
	if err != nil {
		return err
	}
	if !ack.GetStatus() {
		return fmt.Errorf("store ack false: %q", ack.GetFeedback())
	}
	return nil
}

// transact is the original's SendTx: prepare, run what is local, tell what came of it. An error of `local` is the feedback.
func (c *client) transact(message interface{}, local func() (bool, error)) error {
	if err := stored(c.publish(message)); err != nil {
		return err
	}
	status, feedback := protocol.TX_ROLLBACK, ""
	done, err := local()
	if err != nil {
		feedback = err.Error()
	} else if done {
		status = protocol.TX_COMMIT
	}
	return c.decide(protocol.NewQMessage(message).GetHeader(), status, feedback)
}

// decide goes over the connection of the prepare; when that is gone, or there was none, over any other.
func (c *client) decide(header *protocol.Header, status protocol.TxStatus, feedback string) error {
	c.mutex.Lock()
	l := c.prepared[header.GetMessageId()]
	c.mutex.Unlock()
	if l == nil || !l.isOpen() {
		var err error
		if l, err = c.pick(""); err != nil {
			return err
		}
	}
	return l.decide(header, status, feedback)
}

// only is the connection of a client that has one.
func (c *client) only() *link {
	l, err := c.pick("")
	if err != nil {
		panic(err)
	}
	return l
}

func (c *client) ping(version int64) (int64, error) {
	l, err := c.pick("")
	if err != nil {
		return 0, err
	}
	return l.ping(version)
}

// shares are the store acks by broker, in the order of their addresses as given.
func (c *client) shares(addresses []string) []int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	shares := make([]int, len(addresses))
	for i, address := range addresses {
		shares[i] = c.published[address]
	}
	return shares
}

func (c *client) problem(format string, values ...interface{}) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if len(c.problems) < 5 {
		c.problems = append(c.problems, fmt.Sprintf(format, values...))
	}
}

// unexpected lists the first few things the client saw and no case asked for.
func (c *client) unexpected() []string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return append([]string(nil), c.problems...)
}
