// Cases about clients that come and go while others work, and about several brokers that are all there.
package main

import (
	"fmt"
	"slices"

	"github.com/blackbeans/kiteq-common/registry"
)

func memberCases() []testCase {
	read := testCase{name: "zookeeper-read", says: "the original reads the brokers and the bindings as they are meant", do: zookeeperRead}
	read.needs = []need{withZooKeeper}
	read.bindings = []*registry.Binding{
		direct("zookeeper-read-a", "zookeeper-read", "t"),
		registry.Bind_Regx("zookeeper-read-a", "zookeeper-read", "^x", 7, false),
		registry.Bind_Fanout("zookeeper-read-b", "zookeeper-read", 1, true),
	}
	spread := plain("brokers-share", "every broker gets a share of the messages, and each arrives once", brokersShare)
	spread.needs = []need{withZooKeeper, severalBrokers}
	return []testCase{
		plain("members", "members of a group that come and go leave nothing behind", members),
		read,
		spread,
	}
}

// members replaces one of three members again and again while messages flow.
func members(r *run) (facts, error) {
	const rounds, messages = 4, 100
	book := newTally()
	crew := []*client{}
	defer func() {
		for _, c := range crew {
			c.close()
		}
	}()
	join := func() error {
		c, err := r.connect("members-sub", options{handler: book.take})
		if err == nil {
			crew = append(crew, c)
		}
		return err
	}
	if err := firstError(join, join, join); err != nil {
		return nil, err
	}
	publisher, err := r.connect("members-pub", options{})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	stop := make(chan bool)
	wait := book.stream(r.name("members"), 4, stop, publisher)
	for i := 0; i < rounds && err == nil; i++ {
		if err = book.moreAcked(r, messages); err == nil {
			crew[0].close()
			crew = crew[1:]
			err = join()
		}
	}
	if err == nil {
		err = book.moreAcked(r, messages)
	}
	close(stop)
	wait()
	if err != nil {
		return nil, err
	}
	seen, err := book.settle(r)
	return seen, firstError(err, book.allAnswered)
}

// zookeeperRead looks at the nodes with the original's own code for brokers.
func zookeeperRead(r *run) (facts, error) {
	c, err := r.connect("zookeeper-read-a", options{})
	if err != nil {
		return nil, err
	}
	defer c.close()
	center := centerOf(r)
	defer center.Close()
	topic := r.name("zookeeper-read")
	addresses, err := center.GetQServerAndWatch(topic)
	if err != nil {
		return nil, err
	}
	slices.Sort(addresses)
	wanted := slices.Clone(r.brokers)
	slices.Sort(wanted)
	if !slices.Equal(addresses, wanted) {
		return nil, fmt.Errorf("brokers of the topic are %v, expected %v", addresses, wanted)
	}
	groups, err := center.GetBindAndWatch(topic)
	if err != nil {
		return nil, err
	}
	for group, count := range map[string]int{r.name("zookeeper-read-a"): 2, r.name("zookeeper-read-b"): 1} {
		if len(groups[group]) != count {
			return nil, fmt.Errorf("%s has %d bindings, expected %d", group, len(groups[group]), count)
		}
	}
	return nil, clean(c)
}

func brokersShare(r *run) (facts, error) {
	const messages = 300
	publisher, consumer, err := pair(r, "brokers-share", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	sent := map[string]interface{}{}
	for i := 0; i < messages; i++ {
		message := text(header(r.name("brokers-share"), "t"), fmt.Sprint("message ", i))
		if err := stored(publisher.publish(message)); err != nil {
			return nil, err
		}
		sent[message.Header.GetMessageId()] = message
	}
	delivered := map[string]int{}
	for len(sent) > 0 {
		d, err := r.next(consumer)
		if err != nil {
			return nil, err
		}
		if err := sentOnce(sent, d); err != nil {
			return nil, err
		}
		delivered[d.address]++
	}
	shares := publisher.shares(r.brokers)
	for i, address := range r.brokers {
		if shares[i] == 0 || delivered[address] != shares[i] {
			return nil, fmt.Errorf("%s took %d and delivered %d", address, shares[i], delivered[address])
		}
	}
	return facts{"shares": shares}, r.nothing(consumer, publisher)
}

func sentOnce(sent map[string]interface{}, d delivery) error {
	message := sent[d.id()]
	if message == nil {
		return fmt.Errorf("delivery of %s, unknown or a second time", d.id())
	}
	delete(sent, d.id())
	return same(d, message)
}
