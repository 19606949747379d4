// What the cases say about what they saw: messages to send, events to wait for, the silence after them.
// Every wait has a deadline and hangs on a channel; nothing here sleeps.
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/blackbeans/kiteq-common/protocol"
	"github.com/blackbeans/kiteq-common/registry"
)

const week = 604800

func newID() string {
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		panic(err)
	}
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	return hex.EncodeToString(raw)
}

// header has the original's defaults: limit 100, no expiry, committed, not fly.
func header(topic, messageType string) *protocol.Header {
	yes, no := true, false
	return &protocol.Header{
		MessageId:    protocol.MarshalPbString(newID()),
		Topic:        protocol.MarshalPbString(topic),
		MessageType:  protocol.MarshalPbString(messageType),
		ExpiredTime:  protocol.MarshalInt64(-1),
		DeliverLimit: protocol.MarshalInt32(100),
		GroupId:      protocol.MarshalPbString("overwritten by the client"),
		Commit:       &yes,
		Fly:          &no,
		CreateTime:   protocol.MarshalInt64(time.Now().Unix()),
	}
}

func prepared(h *protocol.Header) *protocol.Header {
	no := false
	h.Commit = &no
	return h
}

func text(h *protocol.Header, body string) *protocol.StringMessage {
	return &protocol.StringMessage{Header: h, Body: protocol.MarshalPbString(body)}
}

func blob(h *protocol.Header, body []byte) *protocol.BytesMessage {
	return &protocol.BytesMessage{Header: h, Body: body}
}

func direct(group, topic, messageType string) *registry.Binding {
	return registry.Bind_Direct(group, topic, messageType, 6000, true)
}

// next waits for one delivery.
func (r *run) next(c *client) (delivery, error) {
	select {
	case d := <-c.deliveries:
		return d, nil
	case <-time.After(r.wait):
		return delivery{}, fmt.Errorf("no delivery to %s in %v", c.group, r.wait)
	}
}

// collect waits for n deliveries.
func (r *run) collect(c *client, n int) ([]delivery, error) {
	seen := []delivery{}
	for len(seen) < n {
		d, err := r.next(c)
		if err != nil {
			return seen, fmt.Errorf("%d of %d: %w", len(seen), n, err)
		}
		seen = append(seen, d)
	}
	return seen, nil
}

// nothing fails when a connection gets a delivery in the quiet time, or saw anything no case asked for.
func (r *run) nothing(clients ...*client) error {
	deadline := time.After(r.quiet)
	for _, c := range clients {
		select {
		case d := <-c.deliveries:
			return fmt.Errorf("unwanted delivery of %s to %s", d.message.GetHeader().GetMessageId(), c.group)
		case <-deadline:
			closed := make(chan time.Time)
			close(closed)
			deadline = closed
		}
	}
	return clean(clients...)
}

func clean(clients ...*client) error {
	for _, c := range clients {
		if problems := c.unexpected(); len(problems) > 0 {
			return fmt.Errorf("%s: %v", c.group, problems)
		}
	}
	return nil
}

func (r *run) nextInquiry(c *client) (inquiry, error) {
	select {
	case seen := <-c.inquiries:
		return seen, nil
	case <-time.After(r.wait):
		return inquiry{}, fmt.Errorf("no inquiry to %s in %v", c.group, r.wait)
	}
}

// same compares a delivery with what was published, and the header with its normal form.
func same(d delivery, sent interface{}) error {
	want := protocol.NewQMessage(sent)
	got, asked := d.message.GetHeader(), want.GetHeader()
	if d.message.GetMsgType() != want.GetMsgType() {
		return fmt.Errorf("delivered as %#x, published as %#x", d.message.GetMsgType(), want.GetMsgType())
	}
	switch body := want.GetBody().(type) {
	case []byte:
		if !bytes.Equal(body, d.message.GetBody().([]byte)) {
			return errors.New("bytes of the body differ")
		}
	case string:
		if body != d.message.GetBody().(string) {
			return errors.New("text of the body differs")
		}
	}
	checks := []struct {
		field     string
		got, want interface{}
	}{
		{"messageId", got.GetMessageId(), asked.GetMessageId()},
		{"topic", got.GetTopic(), asked.GetTopic()},
		{"messageType", got.GetMessageType(), asked.GetMessageType()},
		{"groupId", got.GetGroupId(), asked.GetGroupId()},
		{"createTime", got.GetCreateTime(), asked.GetCreateTime()},
		{"deliverLimit", got.GetDeliverLimit(), asked.GetDeliverLimit()},
		{"fly", got.GetFly(), asked.GetFly()},
		{"snappy present", got.Snappy != nil, asked.Snappy != nil},
		{"snappy", got.GetSnappy(), asked.GetSnappy()},
		{"properties", fmt.Sprint(got.GetProperties()), fmt.Sprint(asked.GetProperties())},
	}
	for _, check := range checks {
		if check.got != check.want {
			return fmt.Errorf("%s is %v, published %v", check.field, check.got, check.want)
		}
	}
	if asked.GetExpiredTime() > 0 {
		if got.GetExpiredTime() != asked.GetExpiredTime() {
			return fmt.Errorf("expiredTime is %d, published %d", got.GetExpiredTime(), asked.GetExpiredTime())
		}
	} else if left := got.GetExpiredTime() - time.Now().Unix() - week; left > 2 || left < -120 {
		return fmt.Errorf("expiredTime is %d s off a week from now", left)
	}
	return nil
}

// clone copies a bytes message, because sending fills in the header of the one it is given.
func clone(message *protocol.BytesMessage) *protocol.BytesMessage {
	h := *message.Header
	return &protocol.BytesMessage{Header: &h, Body: message.Body}
}

// firstError runs the checks in order, as long as none fails. A check is an error or a function that gives one.
func firstError(checks ...interface{}) error {
	for _, check := range checks {
		switch step := check.(type) {
		case error:
			return step
		case func() error:
			if err := step(); err != nil {
				return err
			}
		}
	}
	return nil
}
