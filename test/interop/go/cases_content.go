// Cases about what a message carries and whom it is for: names, properties, compressed bodies, matching.
package main

import (
	"errors"
	"fmt"

	"github.com/blackbeans/kiteq-common/protocol"
	"github.com/blackbeans/kiteq-common/registry"
	"github.com/golang/snappy"
)

func contentCases() []testCase {
	matching := testCase{name: "matching", says: "direct, unanchored regular expression and fanout get one copy each group", do: matching}
	matching.bindings = matchingBindings()
	outside := testCase{name: "unicode", says: "names and bodies outside the BMP arrive as sent", do: unicode("unicode-组🚀", "unicode-主题𝄞")}
	outside.bindings = []*registry.Binding{direct("unicode-组🚀-sub", "unicode-主题𝄞", unicodeType)}
	outside.needs = []need{withoutZooKeeper}
	nodes := testCase{name: "unicode-nodes", says: "names inside the BMP, types and bodies outside it arrive as sent", do: unicode("unicode-组", "unicode-主题")}
	nodes.bindings = []*registry.Binding{direct("unicode-组-sub", "unicode-主题", unicodeType)}
	return []testCase{
		plain("properties", "properties keep order, repeats and empty values", properties),
		plain("snappy", "a compressed body passes untouched", compressed),
		matching,
		outside,
		nodes,
	}
}

func properties(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "properties", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	h := header(r.name("properties"), "t")
	for _, entry := range [][2]string{{"k", "v"}, {"z", ""}, {"", "no key"}, {"a", "1"}, {"k", "again"}, {"键🔑", "值💎"}, {"__proto__", "x"}} {
		h.Properties = append(h.Properties, &protocol.Entry{
			Key: protocol.MarshalPbString(entry[0]), Value: protocol.MarshalPbString(entry[1])})
	}
	return nil, roundTrip(r, publisher, consumer, text(h, "with properties"))
}

func compressed(r *run) (facts, error) {
	publisher, consumer, err := pair(r, "snappy", nil)
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	defer consumer.close()
	body := make([]byte, 100000)
	for i := range body {
		body[i] = byte(i % 251)
	}
	yes, no := true, false
	marked, unmarked := header(r.name("snappy"), "t"), header(r.name("snappy"), "t")
	marked.Snappy, unmarked.Snappy = &yes, &no
	packed := blob(marked, snappy.Encode(nil, body))
	if err := stored(publisher.publish(packed)); err != nil {
		return nil, err
	}
	d, err := r.next(consumer)
	if err := firstError(err, func() error { return same(d, packed) }); err != nil {
		return nil, err
	}
	plain, err := snappy.Decode(nil, d.message.GetBody().([]byte))
	if err != nil || string(plain) != string(body) {
		return nil, fmt.Errorf("what arrived does not decompress to what was sent: %v", err)
	}
	// the flag is only carried: false stays present, and a body that is no snappy block is nobody's business
	bad := header(r.name("snappy"), "t")
	bad.Snappy = &yes
	return nil, roundTrip(r, publisher, consumer, blob(unmarked, body), text(bad, "not base64, not snappy"))
}

func matchingBindings() []*registry.Binding {
	return []*registry.Binding{
		direct("matching-direct", "matching", "xxabcxx"),
		direct("matching-other", "matching", "ab"),
		registry.Bind_Regx("matching-regx", "matching", "a.c", 6000, true),
		registry.Bind_Regx("matching-anchored", "matching", "^a[^x]c$", 6000, true),
		registry.Bind_Regx("matching-flags", "matching", "(?i)^abc$", 6000, true),
		registry.Bind_Regx("matching-invalid", "matching", "a(", 6000, true),
		registry.Bind_Fanout("matching-fanout", "matching", 6000, true),
		direct("matching-both", "matching", "xxabcxx"),
		registry.Bind_Regx("matching-both", "matching", "^xx", 6000, true),
	}
}

// matching asks the original's own Matches who should get what.
func matching(r *run) (facts, error) {
	kinds := []string{"xxabcxx", "abc", "zzz", "ABC", "a\nc"}
	wanted := map[string]int{}
	for _, kind := range kinds {
		matched := map[string]bool{}
		for _, b := range matchingBindings() {
			wanted[b.GroupId] += 0
			if b.Matches("matching", kind) && !matched[b.GroupId] {
				matched[b.GroupId] = true
				wanted[b.GroupId]++
			}
		}
	}
	members := map[string]*client{}
	all := []*client{}
	for group := range wanted {
		c, err := r.connect(group, options{})
		if err != nil {
			return nil, err
		}
		defer c.close()
		members[group] = c
		all = append(all, c)
	}
	publisher, err := r.connect("matching-pub", options{})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	for _, kind := range kinds {
		if err := stored(publisher.publish(text(header(r.name("matching"), kind), kind))); err != nil {
			return nil, err
		}
	}
	for group, n := range wanted {
		if _, err := r.collect(members[group], n); err != nil {
			return nil, err
		}
	}
	return facts{"wanted": wanted}, r.nothing(all...)
}

const unicodeType = "类型🧪"

func unicode(names, topic string) func(r *run) (facts, error) {
	return func(r *run) (facts, error) {
		publisher, consumer, err := pair(r, names, nil)
		if err != nil {
			return nil, err
		}
		defer publisher.close()
		defer consumer.close()
		if r.zookeeper != "" {
			if err := outsideIsNoNode(r); err != nil {
				return nil, err
			}
		}
		h := header(r.name(topic), unicodeType)
		h.Properties = []*protocol.Entry{{Key: protocol.MarshalPbString("键🔑"), Value: protocol.MarshalPbString("𠀀")}}
		return nil, roundTrip(r, publisher, consumer,
			text(h, "正文 𝒳𝒴𝒵 👩‍👩‍👧 \u0000 end"),
			blob(header(r.name(topic), unicodeType), []byte("\xff\xfe𐍈\x80")))
	}
}

// outsideIsNoNode is why this case has a topic and a group inside the BMP: no client can register others, whatever the broker.
func outsideIsNoNode(r *run) error {
	center := centerOf(r)
	defer center.Close()
	if err := center.PublishTopics([]string{"outside-𝄞"}, r.name("unicode-组"), "host"); err == nil {
		return errors.New("ZooKeeper takes a topic outside the BMP")
	}
	inside := direct("outside-🚀", r.name("unicode-主题"), unicodeType)
	if err := center.PublishBindings("outside-🚀", []*registry.Binding{inside}); err == nil {
		return errors.New("ZooKeeper takes a group outside the BMP")
	}
	return nil
}
