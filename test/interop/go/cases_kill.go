// Cases in which a broker is killed and started again, by whoever started this program. The clients go on as they are: what
// brings them back is ZooKeeper alone. They run one after the other.
package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/blackbeans/kiteq-common/protocol"
	"github.com/blackbeans/kiteq-common/registry"
)

func killCases() []testCase {
	one := []need{withZooKeeper, withAsks, oneBroker}
	offline := plain("kill-offline", "what a killed broker had acked waits for a group that was away", killOffline)
	stream := testCase{name: "kill-stream", says: "a broker killed while messages flow loses nothing it acked, and clients come back by themselves", do: killStream}
	stream.bindings = []*registry.Binding{direct("kill-stream-sub", "kill-stream", "t"), direct("kill-stream-away", "kill-stream", "t")}
	early := plain("client-first", "clients started while the broker is dead find it when it is back", clientFirst)
	several := plain("kill-one-of-several", "publishers go on with the others, and use the broker again when it is back", killOneOfSeveral)
	frozen := plain("zookeeper-frozen", "while ZooKeeper is away messages flow, and consumers that stop acking for it are brought back", zookeeperFrozen)
	stuck := plain("stuck-consumer", "a consumer that stopped acking when its own way to ZooKeeper broke is brought back", stuckConsumer)
	for _, c := range []*testCase{&offline, &stream, &early, &frozen, &stuck} {
		c.alone, c.needs = true, one
	}
	several.alone, several.needs = true, []need{withZooKeeper, withAsks, severalBrokers}
	return []testCase{offline, stream, early, frozen, stuck, several}
}

// restart kills the broker and starts it again; the clients given have a new connection to it afterwards.
func restart(r *run, address string, clients ...*client) error {
	before := map[*client]*link{}
	for _, c := range clients {
		c.mutex.Lock()
		before[c] = c.links[address]
		c.mutex.Unlock()
	}
	err := firstError(
		func() error { return r.asks.ask("kill", address) },
		func() error { return r.asks.ask("start", address) })
	for _, c := range clients {
		if err == nil {
			err = c.until(r.wait, "a new connection to "+address, func() bool {
				return c.links[address] != before[c] && c.connected([]string{address})
			})
		}
	}
	return err
}

func killOffline(r *run) (facts, error) {
	publisher, err := r.connect("kill-offline-pub", options{check: func(tx *protocol.TxResponse) error {
		tx.Commit()
		return nil
	}})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	sent := map[string]interface{}{}
	publish := func(message *protocol.StringMessage) error {
		sent[message.Header.GetMessageId()] = message
		return stored(publisher.publish(message))
	}
	topic := r.name("kill-offline")
	for i := 0; i < 300; i++ {
		if err := publish(text(header(topic, "t"), fmt.Sprint("message ", i))); err != nil {
			return nil, err
		}
	}
	err = firstError(
		func() error { return publish(text(prepared(header(topic, "t")), "prepared before, asked about after")) },
		func() error { return restart(r, r.address, publisher) },
		func() error { return publish(text(header(topic, "t"), "after")) })
	if err != nil {
		return nil, err
	}
	start := time.Now()
	consumer, err := r.connect("kill-offline-sub", options{})
	if err != nil {
		return nil, err
	}
	defer consumer.close()
	for len(sent) > 0 {
		d, err := r.next(consumer)
		if err != nil {
			return nil, fmt.Errorf("%d missing: %w", len(sent), err)
		}
		if err := sentOnce(sent, d); err != nil {
			return nil, err
		}
	}
	return facts{"received_ms": time.Since(start).Milliseconds()}, r.nothing(consumer)
}

func killStream(r *run) (facts, error) {
	book, away := newTally(), newTally()
	clients := []*client{}
	defer func() {
		for _, c := range clients {
			c.close()
		}
	}()
	for _, group := range []string{"kill-stream-sub", "kill-stream-sub", "kill-stream-pub", "kill-stream-pub"} {
		c, err := r.connect(group, options{handler: book.take})
		if err != nil {
			return nil, err
		}
		clients = append(clients, c)
	}
	stop := make(chan bool)
	wait := book.stream(r.name("kill-stream"), 4, stop, clients[2:]...)
	start := time.Now()
	err := firstError(
		func() error { return book.moreAcked(r, 300) },
		func() error { return restart(r, r.address, clients...) },
		func() error { return book.moreAcked(r, 300) })
	close(stop)
	wait()
	if err != nil {
		return nil, err
	}
	seen, err := book.settle(r)
	if err != nil {
		return seen, err
	}
	seen["took_ms"] = time.Since(start).Milliseconds()
	for id := range book.acked {
		away.acked[id] = true
	}
	for id := range book.unknown {
		away.unknown[id] = true
	}
	late, err := r.connect("kill-stream-away", options{handler: away.take})
	if err != nil {
		return seen, err
	}
	defer late.close()
	if _, err := away.settle(r); err != nil {
		return seen, fmt.Errorf("the group that was away: %w", err)
	}
	return seen, nil
}

// clientFirst meets the node of a dead broker: the first dial fails, and the original never tries again by itself.
func clientFirst(r *run) (facts, error) {
	earlier, err := r.connect("client-first-pub", options{}) // so that the broker is announced by now
	if err != nil {
		return nil, err
	}
	defer earlier.close()
	if err := r.asks.ask("kill", r.address); err != nil {
		return nil, err
	}
	book := newTally()
	consumer := r.enter("client-first-sub", options{handler: book.take})
	defer consumer.close()
	publisher := r.enter("client-first-pub", options{})
	defer publisher.close()
	if err := publisher.mustPublish(text(header(r.name("client-first"), "t"), "x")); err == nil {
		return nil, fmt.Errorf("a dead broker gave a store ack")
	}
	if !slices.Contains(publisher.hosts[r.name("client-first")], r.address) {
		return nil, fmt.Errorf("the node of the dead broker is gone already, so that no dial has failed")
	}
	start := time.Now()
	err = firstError(
		func() error { return r.asks.ask("start", r.address) },
		func() error {
			return publisher.until(r.wait, "a connection", func() bool { return publisher.connected(r.brokers) })
		},
		func() error {
			return consumer.until(r.wait, "a connection", func() bool { return consumer.connected(r.brokers) })
		},
		func() error { return book.publish(publisher, header(r.name("client-first"), "t")) })
	if err != nil {
		return nil, err
	}
	seen, err := book.settle(r)
	seen["connected_ms"] = time.Since(start).Milliseconds()
	return seen, err
}

func killOneOfSeveral(r *run) (facts, error) {
	book := newTally()
	consumer, err := r.connect("kill-one-of-several-sub", options{handler: book.take})
	if err != nil {
		return nil, err
	}
	defer consumer.close()
	publisher, err := r.connect("kill-one-of-several-pub", options{})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	stop := make(chan bool)
	wait := book.stream(r.name("kill-one-of-several"), 6, stop, publisher)
	before, meanwhile := []int{}, []int{}
	err = firstError(
		func() error { return book.moreAcked(r, 300) },
		func() error { return r.asks.ask("kill", r.address) },
		func() error { before = publisher.shares(r.brokers); return book.moreAcked(r, 300) },
		func() error { meanwhile = publisher.shares(r.brokers); return restartOf(r, publisher, consumer) },
		func() error { return book.moreAcked(r, 300) })
	close(stop)
	wait()
	if err != nil {
		return nil, err
	}
	after := publisher.shares(r.brokers)
	seen, err := book.settle(r)
	seen["shares_before"], seen["shares_without"], seen["shares_after"] = before, meanwhile, after
	if err == nil && after[0] == meanwhile[0] {
		err = fmt.Errorf("the broker that came back got nothing: %v, then %v", meanwhile, after)
	}
	return seen, err
}

// zookeeperFrozen lasts long enough for every session to be missed by its client.
func zookeeperFrozen(r *run) (facts, error) {
	book := newTally()
	publisher, consumer, err := pair(r, "zookeeper-frozen", book.take)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	stop := make(chan bool)
	wait := book.stream(r.name("zookeeper-frozen"), 2, stop, publisher)
	before, frozen := consumer.only(), 0
	var start time.Time
	err = firstError(
		func() error { return book.moreAcked(r, 100) },
		func() error {
			acked := publisher.shares(r.brokers)[0]
			err := r.asks.ask("freeze-zookeeper", "for-a-while")
			start, frozen = time.Now(), publisher.shares(r.brokers)[0]-acked
			return err
		},
		func() error { return newLink(r, consumer, before) },
		func() error { return book.moreAcked(r, 100) })
	close(stop)
	wait()
	if err != nil {
		return nil, err
	}
	took := time.Since(start).Milliseconds()
	seen, err := book.settle(r)
	seen["acked_while_frozen"], seen["reconnected_ms"] = frozen, took
	return seen, firstError(err, func() error { return book.calm(r) }, func() error {
		if frozen < 100 {
			return fmt.Errorf("%d store acks while ZooKeeper was away", frozen)
		}
		return book.allAnswered()
	})
}

// stuckConsumer breaks nothing but the client's own table: the broker has nothing to go by but acks that do not come.
func stuckConsumer(r *run) (facts, error) {
	book := newTally()
	publisher, consumer, err := pair(r, "stuck-consumer", book.take)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	publish := func(n int) error {
		for i := 0; i < n; i++ {
			if err := book.publish(publisher, header(r.name("stuck-consumer"), "t")); err != nil {
				return err
			}
		}
		return nil
	}
	err = firstError( // a broker leaves the lists rarely for such a consumer: this one has not done so yet
		func() error { return restart(r, r.address, publisher, consumer) },
		func() error { return publish(10) })
	if err != nil {
		return nil, err
	}
	before := consumer.only()
	if _, err := book.settle(r); err != nil {
		return nil, err
	}
	consumer.lose()
	start := time.Now()
	err = firstError(
		func() error { return publish(100) },
		func() error { return newLink(r, consumer, before) })
	if err != nil {
		return nil, err
	}
	took := time.Since(start).Milliseconds()
	seen, err := book.settle(r)
	seen["reconnected_ms"] = took
	return seen, firstError(err, func() error { return book.calm(r) })
}

// newLink waits for a connection to the only broker that is not the one given.
func newLink(r *run, c *client, before *link) error {
	return c.until(r.wait, "a new connection", func() bool {
		return c.links[r.address] != before && c.connected(r.brokers)
	})
}

// restartOf starts the first broker, which is dead, and waits until the clients are connected to it.
func restartOf(r *run, clients ...*client) error {
	err := r.asks.ask("start", r.address)
	for _, c := range clients {
		if err == nil {
			err = c.until(r.wait, "a connection to the broker that came back", func() bool { return c.connected(r.brokers) })
		}
	}
	return err
}
