// What each case needs to be bound, and the two ways to tell a broker: a YAML registry file, or the extension
// command 0x20 written by hand, since no original module knows it.
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/blackbeans/kiteq-common/registry"
)

// run is one execution: where the broker is, and the prefix that keeps its names apart from other runs.
type run struct {
	address  string
	prefix   string
	wait     time.Duration // how long an expected event may take
	quiet    time.Duration // how long an unwanted one is waited for
	messages int
	registry string // the broker's registry file, when there is one
	announce bool   // send Bind commands instead of relying on a registry file
}

func (r *run) name(text string) string { return r.prefix + text }

// connect opens a connection of `group`; the prefix is added here.
func (r *run) connect(group string, o options) (*client, error) {
	o.group = r.name(group)
	if o.secret == "" {
		o.secret = "123456"
	}
	return connect(r.address, o)
}

// writeRegistry prints the YAML of the original's file registry for these cases.
func writeRegistry(out io.Writer, prefix, broker string, bindings []*registry.Binding) {
	topics := map[string]bool{}
	for _, b := range bindings {
		topics[prefix+b.Topic] = true
	}
	sorted := make([]string, 0, len(topics))
	for topic := range topics {
		sorted = append(sorted, topic)
	}
	sort.Strings(sorted) // the original looks a topic up by binary search in the list as written
	fmt.Fprintf(out, "brokers:\n  - address: %q\n    env: dev\n    topics:\n", broker)
	for _, topic := range sorted {
		fmt.Fprintf(out, "      - %q\n", topic)
	}
	fmt.Fprint(out, "bindings:\n")
	kinds := map[registry.BindType]string{
		registry.BIND_DIRECT: "direct", registry.BIND_REGX: "regx", registry.BIND_FANOUT: "fanout",
	}
	for i, b := range bindings {
		kind := kinds[b.BindType]
		if i%2 == 1 {
			kind = strings.ToUpper(kind) // the original reads these words in any case
		}
		fmt.Fprintf(out, "  - groupIds: [%q]\n    topic: %q\n    messageType: %q\n", prefix+b.GroupId, prefix+b.Topic, b.MessageType)
		fmt.Fprintf(out, "    bindType: %q\n    watermark: %d\n    persistent: %v\n", kind, b.Watermark, b.Persistent)
	}
}

// announce sends Bind for every (group, topic), each on a connection of that group.
func announce(r *run, bindings []*registry.Binding) error {
	type key struct{ group, topic string }
	order := []key{}
	lists := map[key][]*registry.Binding{}
	for _, b := range bindings {
		k := key{b.GroupId, b.Topic}
		if lists[k] == nil {
			order = append(order, k)
		}
		lists[k] = append(lists[k], b)
	}
	for _, k := range order {
		c, err := r.connect(k.group, options{})
		if err != nil {
			return err
		}
		answer, err := c.request(commandBind, bindBody(r.name(k.topic), lists[k]), heartbeatWait)
		c.close()
		if err != nil {
			return fmt.Errorf("bind %s to %s: %w", k.group, k.topic, err)
		}
		if err := commandAck(answer); err != nil {
			return fmt.Errorf("bind %s to %s: %w", k.group, k.topic, err)
		}
	}
	return nil
}

// bindBody is Bind of proto/kiteq.proto: topic = 1, bindings = 2 {bindType 1, messageType 2, watermark 3, persistent 4}.
func bindBody(topic string, bindings []*registry.Binding) []byte {
	body := appendBytes(nil, 1, []byte(topic))
	for _, b := range bindings {
		one := appendNumber(nil, 1, uint64(b.BindType))
		one = appendBytes(one, 2, []byte(b.MessageType))
		one = appendNumber(one, 3, uint64(b.Watermark))
		persistent := uint64(0)
		if b.Persistent {
			persistent = 1
		}
		body = appendBytes(body, 2, appendNumber(one, 4, persistent))
	}
	return body
}

func appendNumber(to []byte, field, value uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(to, field<<3), value)
}

func appendBytes(to []byte, field uint64, value []byte) []byte {
	to = binary.AppendUvarint(binary.AppendUvarint(to, field<<3|2), uint64(len(value)))
	return append(to, value...)
}

// commandAck reads CommandAck: status = 1, feedback = 2.
func commandAck(answer interface{}) error {
	body, ok := answer.([]byte)
	if !ok {
		return fmt.Errorf("answered by %T", answer)
	}
	if len(body) < 2 || body[0] != 0x08 {
		return errors.New("answer is no CommandAck")
	}
	if body[1] != 1 {
		return fmt.Errorf("refused: %q", body[2:])
	}
	return nil
}
