// Cases about the connection itself: handshake and heartbeat.
package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/blackbeans/kiteq-common/protocol"
	"github.com/blackbeans/kiteq-common/registry"
	"github.com/blackbeans/turbo"
)

func linkCases() []testCase {
	return []testCase{
		{name: "handshake", says: "any group with any secret is let in", do: handshakes},
		{name: "handshake-twice", topics: []string{"handshake-twice"}, says: "a second handshake is answered and changes nothing", do: handshakeTwice},
		{name: "unauthorised", says: "a message before the handshake is refused and the connection closed", do: unauthorised},
		{name: "registry-file", says: "the original reads the registry file as it is meant", needs: []need{withoutZooKeeper}, do: registryFile},
		{name: "heartbeat", topics: []string{"heartbeat"}, says: "a heartbeat comes back with its opaque and its version", do: heartbeats},
	}
}

// registryFile needs no broker: it holds the file the broker was given against the original's own reader of it.
func registryFile(r *run) (facts, error) {
	if r.registry == "" {
		return facts{"skipped": "no -registry"}, nil
	}
	file := registry.NewFileRegistry(context.Background(), r.registry)
	file.Start()
	defer file.Close()
	count := 0
	for _, want := range bindingsOf(choose(r, "all")) {
		topic, group := r.name(want.Topic), r.name(want.GroupId)
		brokers, err := file.GetQServerAndWatch(topic)
		if err != nil || len(brokers) != 1 {
			return nil, fmt.Errorf("topic %q has the brokers %v, %v", topic, brokers, err)
		}
		groups, err := file.GetBindAndWatch(topic)
		if err != nil {
			return nil, err
		}
		found := false
		for _, got := range groups[group] {
			found = found || got.BindType == want.BindType && got.MessageType == want.MessageType &&
				got.Watermark == want.Watermark && got.Persistent == want.Persistent
		}
		if !found {
			return nil, fmt.Errorf("no %v for %q, %q in %v", want, topic, group, groups[group])
		}
		count++
	}
	return facts{"bindings": count}, nil
}

func handshakes(r *run) (facts, error) {
	secrets := []string{"123456", "x", "密码🔑", strings.Repeat("s", 4096)}
	groups := []string{"handshake", "组🚀", "__proto__"}
	for _, group := range groups {
		for i, secret := range secrets {
			c, err := dial(r.address, options{group: r.name(group)})
			if err != nil {
				return nil, err
			}
			ack, err := c.only().handshake(c.group, secret, int32(i))
			c.close()
			if err != nil {
				return nil, fmt.Errorf("group %q secret %d: %w", group, i, err)
			}
			if !ack.GetStatus() || ack.GetFeedback() != "Auth Succ" {
				return nil, fmt.Errorf("group %q secret %d: status %v %q", group, i, ack.GetStatus(), ack.GetFeedback())
			}
		}
	}
	c, err := dial(r.address, options{group: r.name("empty-secret")})
	if err != nil {
		return nil, err
	}
	defer c.close()
	if ack, err := c.only().handshake(c.group, "", 0); err != nil || !ack.GetStatus() {
		return nil, fmt.Errorf("empty secret: %v %v", ack, err)
	}
	return facts{"handshakes": len(secrets)*len(groups) + 1}, clean(c)
}

func handshakeTwice(r *run) (facts, error) {
	c, err := r.connect("handshake-twice", options{})
	if err != nil {
		return nil, err
	}
	defer c.close()
	ack, err := c.only().handshake(c.group, "other", 0)
	if err != nil {
		return nil, err
	}
	if !ack.GetStatus() {
		return nil, fmt.Errorf("second handshake refused: %q", ack.GetFeedback())
	}
	return nil, clean(c)
}

func unauthorised(r *run) (facts, error) {
	c, err := dial(r.address, options{group: r.name("unauthorised")})
	if err != nil {
		return nil, err
	}
	defer c.close()
	connection := c.only()
	if _, err := c.publish(text(header(r.name("unauthorised"), "t"), "x")); err == nil {
		return nil, errors.New("a message before the handshake got a store ack")
	}
	select {
	case auth := <-c.auth:
		if auth.GetStatus() {
			return nil, errors.New("authorised without a handshake")
		}
		if !strings.HasPrefix(auth.GetFeedback(), "Unauthorized") {
			return nil, fmt.Errorf("feedback %q", auth.GetFeedback())
		}
	case <-time.After(r.wait):
		return nil, errors.New("no refusal came before the close")
	}
	// turbo tells nobody that a socket ended; its flag is all there is
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(r.wait); connection.isOpen(); {
		select {
		case <-tick.C:
		case <-deadline:
			return nil, errors.New("the connection stays open")
		}
	}
	return nil, nil
}

func heartbeats(r *run) (facts, error) {
	c, err := r.connect("heartbeat", options{})
	if err != nil {
		return nil, err
	}
	defer c.close()
	versions := []int64{0, 1, time.Now().Unix(), time.Now().UnixMilli(), math.MaxInt64, -1, math.MinInt64}
	for _, version := range versions {
		pong, err := c.ping(version)
		if err != nil {
			return nil, err
		}
		if pong != version {
			return nil, fmt.Errorf("version %d came back as %d", version, pong)
		}
	}
	// the way the original pings: through turbo, which reads the answer as a number
	beat := protocol.MarshalHeartbeatPacket(time.Now().Unix())
	return facts{"versions": len(versions)}, errors.Join(c.only().tcp.Ping(heartbeatPacket(beat), heartbeatWait), clean(c))
}

func heartbeatPacket(body []byte) *turbo.Packet {
	return turbo.NewPacket(protocol.CMD_HEARTBEAT, body)
}
