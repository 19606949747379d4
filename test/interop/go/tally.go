// A book of what was acked and what arrived, for cases in which brokers and clients come and go: what was acked must arrive,
// what was neither acked nor refused may. It must never forgive a message that nobody published.
package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/blackbeans/kiteq-common/protocol"
)

type tally struct {
	mutex    sync.Mutex
	acked    map[string]bool
	unknown  map[string]bool // published without an answer: may be stored, may not
	received map[string]int
	fly      map[string]int // by message type
	unsent   int            // publishes that found no connection
	errors   []string       // the first few others that failed
	changed  chan bool
}

func newTally() *tally {
	return &tally{
		acked: map[string]bool{}, unknown: map[string]bool{}, received: map[string]int{}, fly: map[string]int{},
		changed: make(chan bool),
	}
}

func (t *tally) note(do func()) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	do()
	close(t.changed)
	t.changed = make(chan bool)
}

// take is a handler.
func (t *tally) take(d delivery) verdict {
	header := d.message.GetHeader()
	t.note(func() {
		if header.GetFly() {
			t.fly[header.GetMessageType()]++
		} else {
			t.received[d.id()]++
		}
	})
	return accept
}

func (t *tally) acks(id string) { t.note(func() { t.acked[id] = true }) }

func (t *tally) probes(kind string) int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.fly[kind]
}

// publish enters what came of it. A message without an answer is given up, as an application of the original does.
func (t *tally) publish(c *client, h *protocol.Header) error {
	err := stored(c.publish(text(h, h.GetMessageId())))
	t.note(func() {
		switch {
		case err == nil:
			t.acked[h.GetMessageId()] = true
			return
		case errors.Is(err, errUnconnected):
			t.unsent++
			return
		}
		t.unknown[h.GetMessageId()] = true
		if len(t.errors) < 3 {
			t.errors = append(t.errors, err.Error())
		}
	})
	return err
}

// stream publishes with so many workers a client until `stop` is closed; the result waits for the last of them.
func (t *tally) stream(topic string, workers int, stop <-chan bool, clients ...*client) (wait func()) {
	group := sync.WaitGroup{}
	for _, c := range clients {
		for w := 0; w < workers; w++ {
			group.Add(1)
			go func() {
				defer group.Done()
				pace := time.NewTicker(10 * time.Millisecond) // the stream has to outlast a restart
				defer pace.Stop()
				for {
					select {
					case <-stop:
						return
					case <-pace.C:
						_ = t.publish(c, header(topic, "t"))
					}
				}
			}()
		}
	}
	return group.Wait
}

// until waits for a state of the book; `holds` runs under its lock.
func (t *tally) until(wait time.Duration, holds func() error) error {
	deadline := time.After(wait)
	for {
		t.mutex.Lock()
		err, changed := holds(), t.changed
		t.mutex.Unlock()
		if err == nil {
			return nil
		}
		select {
		case <-changed:
		case <-deadline:
			return fmt.Errorf("not within %v: %w", wait, err)
		}
	}
}

// moreAcked waits for so many further store acks.
func (t *tally) moreAcked(r *run, n int) error {
	t.mutex.Lock()
	goal := len(t.acked) + n
	t.mutex.Unlock()
	return t.until(r.wait, func() error {
		if len(t.acked) < goal {
			return fmt.Errorf("%d of %d store acks, %v", len(t.acked), goal, t.errors)
		}
		return nil
	})
}

// settle waits until all that was acked has arrived.
func (t *tally) settle(r *run) (facts, error) {
	missing := 0
	err := t.until(r.wait, func() error {
		missing = 0
		for id := range t.acked {
			if t.received[id] == 0 {
				missing++
			}
		}
		if missing > 0 {
			return fmt.Errorf("%d of %d acked messages missing", missing, len(t.acked))
		}
		return nil
	})
	t.mutex.Lock()
	defer t.mutex.Unlock()
	twice := 0
	for id, count := range t.received {
		twice += count - 1
		if !t.acked[id] && !t.unknown[id] && err == nil {
			err = fmt.Errorf("%s arrived, and was not for this group", id)
		}
	}
	return facts{"acked": len(t.acked), "lost": missing, "twice": twice, "unanswered": len(t.unknown), "unsent": t.unsent, "errors": t.errors}, err
}

// calm waits until nothing has arrived for the quiet time: what was answered does not come again.
func (t *tally) calm(r *run) error {
	deadline := time.After(r.wait)
	for {
		t.mutex.Lock()
		changed := t.changed
		t.mutex.Unlock()
		select {
		case <-changed:
		case <-time.After(r.quiet):
			return nil
		case <-deadline:
			return fmt.Errorf("messages come again and again for %v", r.wait)
		}
	}
}

// allAnswered fails when a publish that was sent got no store ack.
func (t *tally) allAnswered() error {
	if len(t.errors) > 0 {
		return errors.New(t.errors[0])
	}
	return nil
}

func (t *tally) onlyOnce() error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for id, count := range t.received {
		if count > 1 {
			return fmt.Errorf("%s arrived %d times", id, count)
		}
	}
	return t.allAnswered()
}
