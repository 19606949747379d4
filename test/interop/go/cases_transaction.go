// Cases about two-phase messages: decisions of the publisher, inquiries of the broker, what may not be undone.
package main

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/blackbeans/kiteq-common/protocol"
)

func transactionCases() []testCase {
	return []testCase{
		plain("tx-commit", "a prepared message is delivered after its commit and not before", txCommit),
		plain("tx-rollback", "a rolled back message is never delivered", txRollback),
		plain("tx-first-decision", "the first decision wins", txFirstDecision),
		plain("tx-foreign", "only the group that prepared may decide", txForeign),
		plain("tx-plain-rollback", "a rollback of a message that was never prepared changes nothing", txPlainRollback),
		plain("tx-local-error", "an error of the local part rolls back, its success commits", txLocalError),
		plain("tx-unknown-commit", "unknown keeps it open, the next inquiry's commit delivers it", txUnknown("tx-unknown-commit", 1, true)),
		plain("tx-unknown-rollback", "unknown keeps it open, the next inquiry's rollback ends it", txUnknown("tx-unknown-rollback", 1, false)),
		plain("tx-unknown-twice", "unknown said twice is asked a third time", txUnknown("tx-unknown-twice", 2, true)),
		plain("tx-left-open", "what a gone publisher left open is asked of its group", txLeftOpen),
	}
}

func afterWait(r *run) <-chan time.Time { return time.After(r.wait) }

// barrier makes sure that the broker has read everything sent before on this connection.
func barrier(c *client) error {
	_, err := c.ping(time.Now().Unix())
	return err
}

func txCommit(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "tx-commit", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	message := text(prepared(header(r.name("tx-commit"), "t")), "both or neither")
	if err := stored(publisher.publish(message)); err != nil {
		return nil, err
	}
	if err := r.nothing(consumer); err != nil {
		return nil, fmt.Errorf("before the commit: %w", err)
	}
	if err := publisher.decide(message.Header, protocol.TX_COMMIT, ""); err != nil {
		return nil, err
	}
	d, err := r.next(consumer)
	if err := firstError(err, func() error { return same(d, message) }); err != nil {
		return nil, err
	}
	seen := facts{"delivered_commit_flag": d.message.GetHeader().GetCommit()}
	// a repeated decision is harmless
	return seen, firstError(publisher.decide(message.Header, protocol.TX_COMMIT, ""),
		func() error { return r.nothing(consumer, publisher) })
}

func txRollback(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "tx-rollback", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	message := text(prepared(header(r.name("tx-rollback"), "t")), "never")
	return nil, firstError(
		func() error { return stored(publisher.publish(message)) },
		func() error { return publisher.decide(message.Header, protocol.TX_ROLLBACK, "local failure") },
		func() error { return barrier(publisher) },
		func() error { return r.nothing(consumer, publisher) })
}

func txFirstDecision(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "tx-first-decision", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	message := text(prepared(header(r.name("tx-first-decision"), "t")), "rolled back, then committed")
	return nil, firstError(
		func() error { return stored(publisher.publish(message)) },
		func() error { return publisher.decide(message.Header, protocol.TX_ROLLBACK, "") },
		func() error { return publisher.decide(message.Header, protocol.TX_COMMIT, "") },
		func() error { return barrier(publisher) },
		func() error { return r.nothing(consumer, publisher) })
}

func txForeign(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "tx-foreign", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	stranger, err := r.connect("tx-foreign-stranger", options{})
	if err != nil {
		return nil, err
	}
	defer stranger.close()
	message := text(prepared(header(r.name("tx-foreign"), "t")), "hands off")
	err = firstError(
		func() error { return stored(publisher.publish(message)) },
		func() error { return stranger.decide(message.Header, protocol.TX_COMMIT, "") },
		func() error { return barrier(stranger) },
		func() error { return r.nothing(consumer) })
	if err != nil {
		return nil, fmt.Errorf("a stranger's commit: %w", err)
	}
	if err := publisher.decide(message.Header, protocol.TX_COMMIT, ""); err != nil {
		return nil, err
	}
	d, err := r.next(consumer)
	return nil, firstError(err, func() error { return same(d, message) })
}

func txPlainRollback(r *run) (facts, error) {
	publisher, err := r.connect("tx-plain-rollback-pub", options{})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	message := text(header(r.name("tx-plain-rollback"), "t"), "was never prepared")
	err = firstError(
		func() error { return stored(publisher.publish(message)) },
		func() error { return publisher.decide(message.Header, protocol.TX_ROLLBACK, "") },
		func() error { return barrier(publisher) })
	if err != nil {
		return nil, err
	}
	consumer, err := r.connect("tx-plain-rollback-sub", options{})
	if err != nil {
		return nil, err
	}
	defer consumer.close()
	d, err := r.next(consumer)
	return nil, firstError(err, func() error { return same(d, message) },
		func() error { return r.nothing(consumer, publisher) })
}

// asked compares an inquiry with the prepared message.
func asked(seen inquiry, h *protocol.Header) error {
	switch {
	case seen.id != h.GetMessageId():
		return fmt.Errorf("asked about %s, prepared %s", seen.id, h.GetMessageId())
	case seen.status != 0 || seen.feedback != "Server Check":
		return fmt.Errorf("inquiry has status %d %q", seen.status, seen.feedback)
	case seen.commit:
		return errors.New("the header in the inquiry says committed")
	case seen.opaque < 0x80000000:
		return fmt.Errorf("inquiry with opaque %d, inside the range of a client's own counter", seen.opaque)
	}
	return nil
}

// txLocalError goes the way of the original's SendTx, once for each way in which the local part can end.
func txLocalError(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "tx-local-error", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	send := func(body string, done bool, problem error) error {
		message := text(prepared(header(r.name("tx-local-error"), "t")), body)
		return publisher.transact(message, func() (bool, error) { return done, problem })
	}
	err = firstError(
		func() error { return send("raised", true, errors.New("本地事务失败: constraint violated 💥")) },
		func() error { return send("not done", false, nil) },
		func() error { return send("done", true, nil) })
	if err != nil {
		return nil, err
	}
	d, err := r.next(consumer)
	if err != nil {
		return nil, err
	}
	if body := d.message.GetBody(); body != "done" {
		return nil, fmt.Errorf("delivered the message whose local part was %q", body)
	}
	return nil, r.nothing(consumer, publisher)
}

// txUnknown answers so many inquiries with unknown, by an error or by saying so, and the one after them with a decision.
func txUnknown(name string, unknown int32, commits bool) func(r *run) (facts, error) {
	return func(r *run) (facts, error) {
		var asks atomic.Int32
		check := func(tx *protocol.TxResponse) error {
			n := asks.Add(1)
			switch {
			case n == 1:
				return errors.New("not known yet")
			case n <= unknown:
				tx.Unknown("still not known")
			case commits:
				tx.Commit()
			default:
				tx.Rollback("undone")
			}
			return nil
		}
		consumer, err := r.connect(name+"-sub", options{})
		if err != nil {
			return nil, err
		}
		defer consumer.close()
		publisher, err := r.connect(name+"-pub", options{check: check})
		if err != nil {
			return nil, err
		}
		defer publisher.close()
		message := text(prepared(header(r.name(name), "t")), "to be asked about")
		start := time.Now()
		if err := stored(publisher.publish(message)); err != nil {
			return nil, err
		}
		after := []int64{}
		for i := int32(0); i <= unknown; i++ {
			seen, err := r.nextInquiry(publisher)
			if err := firstError(err, func() error { return asked(seen, message.Header) }); err != nil {
				return nil, err
			}
			after = append(after, time.Since(start).Milliseconds())
			if len(consumer.deliveries) > 0 && i < unknown {
				return nil, errors.New("delivered on the answer unknown")
			}
		}
		seen := facts{"asked_after_ms": after}
		if !commits {
			return seen, r.nothing(consumer, publisher)
		}
		d, err := r.next(consumer)
		return seen, firstError(err, func() error { return same(d, message) },
			func() error { return r.nothing(consumer, publisher) })
	}
}

func txLeftOpen(r *run) (facts, error) {
	consumer, err := r.connect("tx-left-open-sub", options{})
	if err != nil {
		return nil, err
	}
	defer consumer.close()
	gone, err := r.connect("tx-left-open-pub", options{})
	if err != nil {
		return nil, err
	}
	defer gone.close()
	keep := text(prepared(header(r.name("tx-left-open"), "t")), "keep")
	drop := text(prepared(header(r.name("tx-left-open"), "t")), "drop")
	err = firstError(func() error { return stored(gone.publish(keep)) }, func() error { return stored(gone.publish(drop)) })
	if err != nil {
		return nil, err
	}
	gone.close()
	heir, err := r.connect("tx-left-open-pub", options{check: func(tx *protocol.TxResponse) error {
		if tx.MessageId == keep.Header.GetMessageId() {
			tx.Commit()
		} else {
			tx.Rollback("not mine")
		}
		return nil
	}})
	if err != nil {
		return nil, err
	}
	defer heir.close()
	open := map[string]*protocol.Header{keep.Header.GetMessageId(): keep.Header, drop.Header.GetMessageId(): drop.Header}
	for len(open) > 0 {
		seen, err := r.nextInquiry(heir)
		if err != nil {
			return nil, err
		}
		if open[seen.id] == nil {
			return nil, fmt.Errorf("asked about %s, unknown or a second time", seen.id)
		}
		if err := asked(seen, open[seen.id]); err != nil {
			return nil, err
		}
		delete(open, seen.id)
	}
	d, err := r.next(consumer)
	return nil, firstError(err, func() error { return same(d, keep) },
		func() error { return r.nothing(consumer, heir) })
}
