// Cases with weight: the largest bodies and a burst of many publishers. They run alone.
package main

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/blackbeans/kiteq-common/protocol"
)

const (
	burstPublishers  = 32
	burstConnections = 4
)

func bulkCases() []testCase {
	big := plain("big-body", "a body of 2,000,000 bytes goes through unchanged", bigBody)
	burst := plain("burst", "32 publishers at once lose nothing and nothing comes twice", burst)
	big.alone, burst.alone = true, true
	return []testCase{big, burst}
}

func bigBody(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "big-body", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	body := make([]byte, 2000000)
	state := uint32(1)
	for i := range body {
		state = state*1664525 + 1013904223
		body[i] = byte(state >> 24)
	}
	letters := make([]byte, len(body))
	for i := range letters {
		letters[i] = 'a' + body[i]%26
	}
	return nil, roundTrip(r, publisher, consumer,
		blob(header(r.name("big-body"), "t"), body),
		text(header(r.name("big-body"), "t"), string(letters)))
}

func burst(r *run) (facts, error) {
	consumer, err := r.connect("burst-sub", options{})
	if err != nil {
		return nil, err
	}
	defer consumer.close()
	publishers := make([]*client, burstConnections)
	for i := range publishers {
		if publishers[i], err = r.connect("burst-pub", options{}); err != nil {
			return nil, err
		}
		defer publishers[i].close()
	}
	start := time.Now()
	acked, problem := publishBurst(r, publishers)
	seen := facts{"acked": len(acked), "acked_ms": time.Since(start).Milliseconds()}
	if problem != nil {
		return seen, problem
	}
	duplicates := 0
	received := map[string]bool{}
	for len(received) < len(acked) {
		d, err := r.next(consumer)
		if err != nil {
			seen["received"], seen["lost"], seen["duplicates"] = len(received), len(acked)-len(received), duplicates
			return seen, err
		}
		id := d.message.GetHeader().GetMessageId()
		if !acked[id] {
			return seen, fmt.Errorf("delivery of %s, which nobody published", id)
		}
		if received[id] {
			duplicates++
		}
		received[id] = true
	}
	seen["received"], seen["lost"], seen["duplicates"] = len(received), 0, duplicates
	seen["received_ms"] = time.Since(start).Milliseconds()
	shares := make([]int, len(r.brokers))
	for _, publisher := range publishers {
		for i, count := range publisher.shares(r.brokers) {
			shares[i] += count
		}
	}
	seen["shares"] = shares
	if duplicates > 0 {
		return seen, fmt.Errorf("%d messages came twice", duplicates)
	}
	return seen, r.nothing(append(publishers, consumer)...)
}

func publishBurst(r *run, publishers []*client) (map[string]bool, error) {
	work := make(chan int)
	acked, failures := map[string]bool{}, []error{}
	mutex, group := sync.Mutex{}, sync.WaitGroup{}
	for p := 0; p < burstPublishers; p++ {
		group.Add(1)
		go func(c *client) {
			defer group.Done()
			for i := range work {
				h := header(r.name("burst"), "t")
				var message interface{} = blob(h, []byte(fmt.Sprint("burst ", i)))
				if i%2 == 0 {
					message = text(h, fmt.Sprint("burst ", i))
				}
				err := stored(c.publish(message))
				mutex.Lock()
				if err != nil {
					failures = append(failures, err)
				} else {
					acked[protocol.NewQMessage(message).GetHeader().GetMessageId()] = true
				}
				mutex.Unlock()
			}
		}(publishers[p%len(publishers)])
	}
	for i := 0; i < r.messages; i++ {
		work <- i
	}
	close(work)
	group.Wait()
	if len(failures) > 0 {
		return acked, fmt.Errorf("%d publishes failed: %w", len(failures), errors.Join(failures[:1]...))
	}
	return acked, nil
}
