// What each case needs to be bound, and two ways to tell a broker: a YAML registry file, or the extension command
// 0x20 written by hand, since no original module knows it. The third way, ZooKeeper, is in installation.go.
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/blackbeans/kiteq-common/registry"
)

// writeRegistry prints the YAML of the original's file registry for these cases.
func writeRegistry(out io.Writer, prefix, broker string, cases []testCase) {
	bindings := bindingsOf(cases)
	topics := []string{}
	for _, topic := range topicsOf(bindings) {
		topics = append(topics, prefix+topic)
	}
	sort.Strings(topics) // the original looks a topic up by binary search in the list as written
	fmt.Fprintf(out, "brokers:\n  - address: %q\n    env: dev\n    topics:\n", broker)
	for _, topic := range topics {
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

// topicsOf are the topics of bindings, each once, in their order.
func topicsOf(bindings []*registry.Binding) []string {
	topics, seen := []string{}, map[string]bool{}
	for _, b := range bindings {
		if !seen[b.Topic] {
			seen[b.Topic] = true
			topics = append(topics, b.Topic)
		}
	}
	return topics
}

// bindingsBy are the bindings of a group as its client writes them: prefixed copies, for the registry changes what it is given.
func (r *run) bindingsBy(group string, bindings []*registry.Binding) []*registry.Binding {
	own := []*registry.Binding{}
	for _, b := range bindings {
		if b.GroupId == group {
			copied := *b
			copied.GroupId, copied.Topic = r.name(b.GroupId), r.name(b.Topic)
			own = append(own, &copied)
		}
	}
	return own
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
		err = bind(c, r.name(k.topic), lists[k])
		c.close()
		if err != nil {
			return fmt.Errorf("bind %s to %s: %w", k.group, k.topic, err)
		}
	}
	return nil
}

func bind(c *client, topic string, bindings []*registry.Binding) error {
	l, err := c.pick("")
	if err != nil {
		return err
	}
	answer, err := l.request(commandBind, bindBody(topic, bindings), heartbeatWait)
	if err != nil {
		return err
	}
	return commandAck(answer)
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
