// Cases about groups beside each other, and about a group whose bindings are written anew while messages flow.
package main

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/blackbeans/kiteq-common/registry"
)

func groupCases() []testCase {
	two := testCase{name: "two-groups", says: "each group gets all, and one that refuses costs the other nothing", do: twoGroups}
	two.bindings = []*registry.Binding{direct("two-groups-a", "two-groups", "t"), direct("two-groups-b", "two-groups", "t")}
	transient := testCase{name: "offline-transient", says: "a group that is not durable gets what comes while it is there", do: offlineTransient}
	transient.bindings = []*registry.Binding{
		registry.Bind_Direct("offline-transient-sub", "offline-transient", "t", 6000, false),
		direct("offline-transient-durable", "offline-transient", "t"),
	}
	again := testCase{name: "rebind", says: "bindings written anew hold at once and as a whole, and no other group notices", do: rebind}
	again.bindings = []*registry.Binding{direct("rebind-sub", "rebind", "a"), registry.Bind_Fanout("rebind-other", "rebind", 6000, true)}
	again.needs = []need{withZooKeeper, oneBroker}
	return []testCase{two, transient, again}
}

// twoGroups lets one group refuse each message once.
func twoGroups(r *run) (facts, error) {
	const messages = 20
	var attempts atomic.Int32
	refusing, err := r.connect("two-groups-a", options{handler: func(delivery) verdict {
		if attempts.Add(1) <= messages {
			return refuse
		}
		return accept
	}})
	if err != nil {
		return nil, err
	}
	defer refusing.close()
	accepting, err := r.connect("two-groups-b", options{})
	if err != nil {
		return nil, err
	}
	defer accepting.close()
	publisher, err := r.connect("two-groups-pub", options{})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	for i := 0; i < messages; i++ {
		if err := stored(publisher.publish(blob(header(r.name("two-groups"), "t"), []byte{byte(i)}))); err != nil {
			return nil, err
		}
	}
	if _, err := r.collect(refusing, 2*messages); err != nil {
		return nil, err
	}
	if _, err := r.collect(accepting, messages); err != nil {
		return nil, err
	}
	return nil, r.nothing(refusing, accepting, publisher)
}

func offlineTransient(r *run) (facts, error) {
	publisher, err := r.connect("offline-transient-pub", options{})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	publish := func(n int) error {
		for i := 0; i < n; i++ {
			if err := stored(publisher.publish(blob(header(r.name("offline-transient"), "t"), []byte{byte(i)}))); err != nil {
				return err
			}
		}
		return nil
	}
	const away, there = 10, 5
	if err := publish(away); err != nil {
		return nil, err
	}
	transient, err := r.connect("offline-transient-sub", options{})
	if err != nil {
		return nil, err
	}
	defer transient.close()
	durable, err := r.connect("offline-transient-durable", options{})
	if err != nil {
		return nil, err
	}
	defer durable.close()
	return nil, firstError(
		func() error { _, err := r.collect(durable, away); return err },
		func() error { return r.nothing(transient) },
		func() error { return publish(there) },
		func() error { _, err := r.collect(durable, there); return err },
		func() error { _, err := r.collect(transient, there); return err },
		func() error { return r.nothing(transient, durable, publisher) })
}

// rebind starts a later version of a program beside the one that runs, and then the earlier one again, as a roll-out that is
// taken back does. The last to start writes the node of the whole group.
func rebind(r *run) (facts, error) {
	mine, others := newTally(), newTally()
	other, err := r.connect("rebind-other", options{handler: others.take})
	if err != nil {
		return nil, err
	}
	defer other.close()
	publisher, err := r.connect("rebind-pub", options{})
	if err != nil {
		return nil, err
	}
	defer publisher.close()
	later := []*registry.Binding{direct("rebind-sub", "rebind", "b"), registry.Bind_Regx("rebind-sub", "rebind", "^c.*d$", 6000, true)}
	steps := []struct {
		bindings         []*registry.Binding
		wanted, unwanted []string
	}{
		{nil, []string{"a"}, []string{"b", "cxd", "A"}},
		{later, []string{"b", "cxd"}, []string{"a", "xcxd"}},
		{nil, []string{"a"}, []string{"b", "cxd"}},
	}
	for _, step := range steps {
		member, err := r.connect("rebind-sub", options{handler: mine.take, bindings: step.bindings})
		if err != nil {
			return nil, err
		}
		defer member.close()
		for _, kind := range step.wanted {
			if err := inForce(r, publisher, r.name("rebind"), kind, mine); err != nil {
				return nil, err
			}
		}
		for _, kind := range step.unwanted {
			if err := others.publish(publisher, header(r.name("rebind"), kind)); err != nil {
				return nil, err
			}
		}
		for _, kind := range step.wanted {
			h := header(r.name("rebind"), kind)
			if err := others.publish(publisher, h); err != nil {
				return nil, err
			}
			mine.acks(h.GetMessageId())
		}
		if _, err := mine.settle(r); err != nil { // with the messages before, had they been for this group
			return nil, err
		}
	}
	seen, err := others.settle(r)
	if err != nil {
		return seen, fmt.Errorf("the other group: %w", err)
	}
	return seen, firstError(
		func() error { return r.nothing(publisher) }, // as long as what is unwanted may take
		func() error { _, err := mine.settle(r); return err },
		func() error { return mine.onlyOnce() },
		func() error { return others.onlyOnce() },
		func() error { return clean(publisher, other) })
}

// inForce publishes fly messages, which nobody keeps, until one of them arrives: no client is told that its binding holds.
func inForce(r *run, publisher *client, topic, kind string, to *tally) error {
	yes := true
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	before := to.probes(kind)
	for deadline := time.After(r.wait); ; {
		h := header(topic, kind)
		h.Fly = &yes
		if err := publisher.mustPublish(text(h, "is somebody there")); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-deadline:
			return fmt.Errorf("the binding of %q is not in force after %v", kind, r.wait)
		}
		if to.probes(kind) > before {
			return nil
		}
	}
}
