// Cases about what a publisher is told: acks, refusals, the same id again, fly.
package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/blackbeans/kiteq-common/protocol"
)

func publishCases() []testCase {
	unserved := plain("topic-not-served", "a topic that is not served is refused, wherever it sorts", topicNotServed)
	unserved.needs = []need{withZooKeeper} // with a file registry the broker serves any topic
	return []testCase{
		{name: "publish-string", topics: []string{"publish-string"}, says: "a string message is stored though nobody is bound", do: publishString},
		{name: "publish-bytes", topics: []string{"publish-bytes"}, says: "bytes messages are stored, the empty one too", do: publishBytes},
		plain("bad-id", "an id that is not 32 hex digits is refused", badID),
		plain("expired", "an expired message is refused, one about to expire is not", expired),
		plain("expired-waiting", "what expires while it waits is not delivered, what does not is", expiredWaiting),
		unserved,
		plain("fly", "a fly message is acked unsaved and delivered", fly),
		plain("fly-uncommitted", "a fly message must be committed", flyUncommitted),
		plain("duplicate-id", "the same message again is acked and not delivered twice", duplicateID),
		plain("duplicate-other", "a used id with other content is refused", duplicateOther),
	}
}

const storedText = "Store Result true Cost:"

func stored(ack *protocol.MessageStoreAck, err error) error {
	switch {
	case err != nil:
		return err
	case !ack.GetStatus():
		return fmt.Errorf("store ack false: %q", ack.GetFeedback())
	case !strings.HasPrefix(ack.GetFeedback(), storedText):
		return fmt.Errorf("store ack says %q", ack.GetFeedback())
	}
	return nil
}

func refused(ack *protocol.MessageStoreAck, err error, feedback string) error {
	switch {
	case err != nil:
		return err
	case ack.GetStatus():
		return fmt.Errorf("store ack true: %q", ack.GetFeedback())
	case feedback != "" && ack.GetFeedback() != feedback:
		return fmt.Errorf("store ack says %q, the original %q", ack.GetFeedback(), feedback)
	case ack.GetFeedback() == "":
		return fmt.Errorf("a refusal without a reason")
	}
	return nil
}

func publishString(r *run) (facts, error) {
	c, err := r.connect("publish-string", options{})
	if err != nil {
		return nil, err
	}
	defer c.close()
	for _, body := range []string{"hello", "", strings.Repeat("长", 10000)} {
		if err := stored(c.publish(text(header(r.name("publish-string"), "t"), body))); err != nil {
			return nil, err
		}
	}
	return nil, clean(c)
}

func publishBytes(r *run) (facts, error) {
	c, err := r.connect("publish-bytes", options{})
	if err != nil {
		return nil, err
	}
	defer c.close()
	for _, body := range [][]byte{{}, {0}, {0xff, 0xfe, 0x00}, make([]byte, 65536)} {
		if err := stored(c.publish(blob(header(r.name("publish-bytes"), "t"), body))); err != nil {
			return nil, err
		}
	}
	upper := header(r.name("publish-bytes"), "t")
	upper.MessageId = protocol.MarshalPbString(strings.ToUpper(newID()))
	return nil, firstError(stored(c.publish(blob(upper, []byte("upper-case id")))), clean(c))
}

func badID(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "bad-id", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	for _, id := range []string{"", "x", newID()[:31], newID() + "0", "g" + newID()[1:], "../../../../etc/passwd0000000000"} {
		h := header(r.name("bad-id"), "t")
		h.MessageId = protocol.MarshalPbString(id)
		ack, err := publisher.publish(text(h, "x"))
		if err := refused(ack, err, "Invalid MessageId For UUID!"); err != nil {
			return nil, fmt.Errorf("id %q: %w", id, err)
		}
	}
	return nil, r.nothing(consumer, publisher)
}

func expired(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "expired", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	for _, at := range []int64{1, time.Now().Unix() - 1, time.Now().Unix()} {
		h := header(r.name("expired"), "t")
		h.ExpiredTime = protocol.MarshalInt64(at)
		ack, err := publisher.publish(text(h, "x"))
		if err := refused(ack, err, "Expired Message!"); err != nil {
			return nil, fmt.Errorf("expiry %d: %w", at, err)
		}
	}
	if err := r.nothing(consumer, publisher); err != nil {
		return nil, err
	}
	h := header(r.name("expired"), "t")
	h.ExpiredTime = protocol.MarshalInt64(time.Now().Unix() + 60)
	message := text(h, "still good")
	if err := stored(publisher.publish(message)); err != nil {
		return nil, err
	}
	d, err := r.next(consumer)
	return nil, firstError(err, func() error { return same(d, message) })
}

func fly(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "fly", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	yes := true
	for i := 0; i < 10; i++ {
		h := header(r.name("fly"), "t")
		h.Fly = &yes
		message := text(h, fmt.Sprint("fly ", i))
		ack, err := publisher.publish(message)
		if err != nil {
			return nil, err
		}
		if !ack.GetStatus() || ack.GetFeedback() != "FLY NO NEED SAVE" {
			return nil, fmt.Errorf("status %v %q", ack.GetStatus(), ack.GetFeedback())
		}
		d, err := r.next(consumer)
		if err := firstError(err, func() error { return same(d, message) }); err != nil {
			return nil, err
		}
	}
	return nil, r.nothing(consumer, publisher)
}

func flyUncommitted(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "fly-uncommitted", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	yes := true
	h := prepared(header(r.name("fly-uncommitted"), "t"))
	h.Fly = &yes
	ack, err := publisher.publish(text(h, "x"))
	if err := refused(ack, err, "FLY MUST BE COMMITTED !"); err != nil {
		return nil, err
	}
	return nil, r.nothing(consumer, publisher)
}

func duplicateID(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "duplicate-id", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	message := blob(header(r.name("duplicate-id"), "t"), []byte("once"))
	message.Header.GroupId = protocol.MarshalPbString(publisher.group)
	acks := make(chan error, 8)
	for i := 0; i < cap(acks); i++ { // side by side: some meet the first while it is not yet durable
		go func() { acks <- stored(publisher.publish(clone(message))) }()
	}
	for i := 0; i < cap(acks); i++ {
		if err := <-acks; err != nil {
			return nil, err
		}
	}
	d, err := r.next(consumer)
	if err := firstError(err, func() error { return same(d, message) }); err != nil {
		return nil, err
	}
	if err := stored(publisher.publish(clone(message))); err != nil {
		return nil, fmt.Errorf("after its delivery: %w", err)
	}
	return nil, r.nothing(consumer, publisher)
}

func duplicateOther(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "duplicate-other", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	message := blob(header(r.name("duplicate-other"), "t"), []byte("first"))
	if err := stored(publisher.publish(message)); err != nil {
		return nil, err
	}
	if _, err := r.next(consumer); err != nil {
		return nil, err
	}
	other := clone(message)
	other.Body = []byte("other")
	ack, err := publisher.publish(other)
	if err := refused(ack, err, ""); err != nil {
		return nil, err
	}
	return facts{"feedback": ack.GetFeedback()}, r.nothing(consumer, publisher)
}

// expiredWaiting has nobody at home until the first message is over.
func expiredWaiting(r *run) (facts, error) {
	publisher, err := r.connect("expired-waiting-pub", options{})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	at := time.Now().Unix() + 2
	late := header(r.name("expired-waiting"), "t")
	late.ExpiredTime = protocol.MarshalInt64(at)
	kept := text(header(r.name("expired-waiting"), "t"), "in time")
	err = firstError(
		func() error { return stored(publisher.publish(text(late, "too late"))) },
		func() error { return stored(publisher.publish(kept)) })
	if err != nil {
		return nil, err
	}
	<-time.After(time.Until(time.Unix(at+1, 0)))
	consumer, err := r.connect("expired-waiting-sub", options{})
	if err != nil {
		return nil, err
	}
	defer consumer.close()
	d, err := r.next(consumer)
	return nil, firstError(err, func() error { return same(d, kept) },
		func() error { return r.nothing(consumer, publisher) })
}

// topicNotServed publishes past the client's own look at ZooKeeper, which would find no broker.
func topicNotServed(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "topic-not-served", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	connection, err := publisher.pick(r.name("topic-not-served"))
	if err != nil {
		return nil, err
	}
	for _, topic := range []string{"0", "topic-not-serve", "topic-not-served2", "zzzz", "\U0010ffff", ""} {
		if _, err := publisher.pick(topic); topic != "" && err == nil {
			return nil, fmt.Errorf("ZooKeeper names a broker for %q", topic)
		}
		ack, err := connection.publish(text(header(topic, "t"), "x"))
		if err := refused(ack, err, "UnSupport Topic Message!"); err != nil {
			return nil, fmt.Errorf("topic %q: %w", topic, err)
		}
	}
	return nil, firstError(
		func() error {
			return stored(publisher.publish(text(header(r.name("topic-not-served"), "t"), "served")))
		},
		func() error { _, err := r.next(consumer); return err },
		func() error { return r.nothing(consumer, publisher) })
}
