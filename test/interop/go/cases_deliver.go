// Cases about delivery: what arrives, what an ack, a nack, a panic or silence leads to, who gets a copy.
package main

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/blackbeans/kiteq-common/protocol"
)

func deliverCases() []testCase {
	return []testCase{
		plain("receive-ack", "acked messages arrive once, unchanged but for the normal header", receiveAck),
		plain("nack", "a refused message comes again, byte for byte", nack),
		plain("panic", "a handler that panics refuses", handlerPanics),
		plain("no-answer", "an unanswered delivery comes again after its lease", noAnswer),
		plain("offline", "a durable group gets what came while it was away", offline),
		plain("backlog", "what waits for a member comes once it has a way for its answers: none is lost, nothing repeated", backlog),
		plain("two-members", "one member of a group gets a message", twoMembers),
		plain("self", "a client that consumes its own messages loses no store ack", self),
		plain("limit-1", "a limit of 1 means one attempt", limit("limit-1", 1)),
		plain("limit-2", "a limit of 2 means two attempts", limit("limit-2", 2)),
		plain("limit-4", "a limit of 4 means four attempts", limit("limit-4", 4)),
		plain("nack-slow", "a message refused past the fast attempts comes again after the back-off", nackSlow),
		plain("late-answer", "an answer that comes after its lease settles", lateAnswer),
	}
}

// roundTrip publishes every message and expects each of them once, in whatever order turbo hands them over.
func roundTrip(r *run, publisher, consumer *client, messages ...interface{}) error {
	sent := map[string]interface{}{}
	for _, m := range messages {
		if err := stored(publisher.publish(m)); err != nil {
			return err
		}
		sent[protocol.NewQMessage(m).GetHeader().GetMessageId()] = m
	}
	for len(sent) > 0 {
		d, err := r.next(consumer)
		if err != nil {
			return fmt.Errorf("%d of %d missing: %w", len(sent), len(messages), err)
		}
		id := d.message.GetHeader().GetMessageId()
		if sent[id] == nil {
			return fmt.Errorf("delivery of %s, unknown or a second time", id)
		}
		if err := same(d, sent[id]); err != nil {
			return err
		}
		delete(sent, id)
	}
	return r.nothing(consumer, publisher)
}

func receiveAck(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "receive-ack", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	messages := []interface{}{}
	for i := 0; i < 50; i++ {
		messages = append(messages,
			text(header(r.name("receive-ack"), "t"), fmt.Sprint("text ", i)),
			blob(header(r.name("receive-ack"), "t"), []byte{byte(i), 0xff, 0}))
	}
	return facts{"messages": len(messages)}, roundTrip(r, publisher, consumer, messages...)
}

// repeated publishes one message to a consumer whose handler answers by attempt, and compares the attempts.
func repeated(r *run, name string, attempts int, h *protocol.Header, answer func(attempt int32) verdict) ([]delivery, error) {
	var count atomic.Int32
	publisher, consumer, err := pair(r, name, func(delivery) verdict { return answer(count.Add(1)) })
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	message := blob(h, []byte("again and again"))
	if err := stored(publisher.publish(message)); err != nil {
		return nil, err
	}
	seen, err := r.collect(consumer, attempts)
	if err != nil {
		return seen, err
	}
	opaques := map[uint32]bool{}
	for _, d := range seen {
		if err := same(d, message); err != nil {
			return seen, err
		}
		if string(d.raw) != string(seen[0].raw) {
			return seen, errors.New("a redelivery has other bytes")
		}
		if opaques[d.opaque] {
			return seen, errors.New("a redelivery has the opaque of an earlier attempt")
		}
		opaques[d.opaque] = true
	}
	return seen, r.nothing(consumer, publisher)
}

func spacing(seen []delivery) facts {
	gaps := []int64{}
	for i := 1; i < len(seen); i++ {
		gaps = append(gaps, seen[i].at.Sub(seen[i-1].at).Milliseconds())
	}
	return facts{"gaps_ms": gaps}
}

func nack(r *run) (facts, error) {
	seen, err := repeated(r, "nack", 3, header(r.name("nack"), "t"), func(attempt int32) verdict {
		if attempt < 3 {
			return refuse
		}
		return accept
	})
	return spacing(seen), err
}

// nackSlow refuses once more than the original tries at once.
func nackSlow(r *run) (facts, error) {
	seen, err := repeated(r, "nack-slow", 6, header(r.name("nack-slow"), "t"), func(attempt int32) verdict {
		if attempt < 6 {
			return refuse
		}
		return accept
	})
	return spacing(seen), err
}

// lateAnswer answers the first attempt when the second is there, and the second never.
func lateAnswer(r *run) (facts, error) {
	again := make(chan bool)
	seen, err := repeated(r, "late-answer", 2, header(r.name("late-answer"), "t"), func(attempt int32) verdict {
		if attempt == 2 {
			close(again)
			return silent
		}
		select {
		case <-again:
			return accept
		case <-afterWait(r):
			return silent
		}
	})
	return facts{"attempts": len(seen)}, err
}

func handlerPanics(r *run) (facts, error) {
	seen, err := repeated(r, "panic", 2, header(r.name("panic"), "t"), func(attempt int32) verdict {
		if attempt == 1 {
			panic("the handler gives up: 处理失败 💥")
		}
		return accept
	})
	return spacing(seen), err
}

func noAnswer(r *run) (facts, error) {
	seen, err := repeated(r, "no-answer", 2, header(r.name("no-answer"), "t"), func(attempt int32) verdict {
		if attempt == 1 {
			return silent
		}
		return accept
	})
	return spacing(seen), err
}

func limit(name string, attempts int32) func(r *run) (facts, error) {
	return func(r *run) (facts, error) {
		h := header(r.name(name), "t")
		h.DeliverLimit = protocol.MarshalInt32(attempts)
		seen, err := repeated(r, name, int(attempts), h, func(int32) verdict { return refuse })
		return spacing(seen), err
	}
}

func offline(r *run) (facts, error) {
	publisher, err := r.connect("offline-pub", options{})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	sent := []*protocol.BytesMessage{}
	for i := 0; i < 20; i++ {
		message := blob(header(r.name("offline"), "t"), []byte{byte(i)})
		if err := stored(publisher.publish(message)); err != nil {
			return nil, err
		}
		sent = append(sent, message)
	}
	consumer, err := r.connect("offline-sub", options{})
	if err != nil {
		return nil, err
	}
	defer consumer.close()
	seen, err := r.collect(consumer, len(sent))
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, d := range seen {
		ids[d.message.GetHeader().GetMessageId()] = true
	}
	if len(ids) != len(sent) {
		return nil, fmt.Errorf("%d different messages of %d", len(ids), len(sent))
	}
	return nil, r.nothing(consumer, publisher)
}

// backlog gives a group that was away less than fits one window, and to a member that has no way yet for its answers.
func backlog(r *run) (facts, error) {
	book := newTally()
	publisher, err := r.connect("backlog-pub", options{})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	for i := 0; i < 20; i++ {
		if err := book.publish(publisher, header(r.name("backlog"), "t")); err != nil {
			return nil, err
		}
	}
	consumer, err := r.connect("backlog-sub", options{handler: book.take, entersLate: true})
	if err != nil {
		return nil, err
	}
	defer consumer.close()
	seen, err := book.settle(r)
	if err != nil {
		return seen, err
	}
	err = firstError(err, func() error { return book.calm(r) }, func() error { return clean(consumer, publisher) })
	consumer.mutex.Lock()
	lost := len(consumer.unanswered)
	consumer.mutex.Unlock()
	seen["unanswered"] = lost
	if err == nil && lost > 0 {
		err = fmt.Errorf("%d answers had no way", lost)
	}
	if err == nil {
		for id, count := range book.received {
			if count > 1 {
				err = fmt.Errorf("%s came %d times", id, count)
			}
		}
	}
	return seen, err
}

// twoMembers holds every answer back until all messages are out, so that both members have work at the same time.
func twoMembers(r *run) (facts, error) {
	const messages = 40 // under the window of two members together, and under turbo's 50 workers of one
	arrived, all := atomic.Int32{}, make(chan bool)
	hold := func(delivery) verdict {
		if arrived.Add(1) == messages {
			close(all)
		}
		select {
		case <-all:
		case <-afterWait(r):
		}
		return accept
	}
	publisher, first, err := pair(r, "two-members", hold)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer first.close()
	second, err := r.connect("two-members-sub", options{handler: hold})
	if err != nil {
		return nil, err
	}
	defer second.close()
	for i := 0; i < messages; i++ {
		if err := stored(publisher.publish(blob(header(r.name("two-members"), "t"), []byte{byte(i)}))); err != nil {
			return nil, err
		}
	}
	shares := [2]int{}
	for i := 0; i < messages; i++ {
		select {
		case <-first.deliveries:
			shares[0]++
		case <-second.deliveries:
			shares[1]++
		case <-afterWait(r):
			return nil, fmt.Errorf("only %d of %d arrived", i, messages)
		}
	}
	if shares[0] == 0 || shares[1] == 0 {
		return nil, fmt.Errorf("shares are %v", shares)
	}
	return facts{"shares": shares}, r.nothing(first, second, publisher)
}

// self would hang for 3 s a message if the broker counted its opaques from 1, as the original does.
func self(r *run) (facts, error) {
	c, err := r.connect("self-sub", options{})
	if err != nil {
		return nil, err
	}
	defer c.close()
	const messages, workers = 200, 8
	failures := make(chan error, messages)
	group := sync.WaitGroup{}
	for w := 0; w < workers; w++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := 0; i < messages/workers; i++ {
				if err := stored(c.publish(text(header(r.name("self"), "t"), "to myself"))); err != nil {
					failures <- err
				}
			}
		}()
	}
	group.Wait()
	if len(failures) > 0 {
		return nil, fmt.Errorf("%d of %d failed: %w", len(failures), messages, <-failures)
	}
	if _, err := r.collect(c, messages); err != nil {
		return nil, err
	}
	return nil, r.nothing(c)
}
