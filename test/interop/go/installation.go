// What the cases run against: brokers, with or without ZooKeeper, and a test program at the other end of stdin that
// kills and starts brokers when a case asks for it. A case is left out where its installation is missing.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/blackbeans/kiteq-common/registry"
)

// run is one execution: where the brokers are, and the prefix that keeps its names apart from other runs.
type run struct {
	address   string // the first broker
	brokers   []string
	prefix    string
	zookeeper string        // its address; "" without
	http      []string      // where the brokers tell what is bound
	wait      time.Duration // how long an expected event may take
	quiet     time.Duration // how long an unwanted one is waited for
	messages  int
	registry  string // the broker's registry file, when there is one
	announce  bool   // send Bind commands instead of relying on a registry file
	asks      *asks  // nil: nobody kills or starts brokers
	topics    []string
	bindings  []*registry.Binding // of the case that runs
}

func (r *run) name(text string) string { return r.prefix + text }

// connect starts a client of `group` that is connected to every broker; the prefix is added here. With ZooKeeper it publishes
// what the case says: bindings when the group has some, topics when it has none.
func (r *run) connect(group string, o options) (*client, error) {
	o.group = r.name(group)
	if o.secret == "" {
		o.secret = "123456"
	}
	if r.zookeeper == "" {
		return connect(r.address, o)
	}
	c := r.enter(group, o)
	if err := c.until(r.wait, "a connection to every broker", func() bool { return c.connected(r.brokers) }); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// enter starts a client with ZooKeeper and waits for nothing.
func (r *run) enter(group string, o options) *client {
	o.group, o.secret = r.name(group), "123456"
	source := r.bindings
	if o.bindings != nil {
		source = o.bindings
	}
	bindings := r.bindingsBy(group, source)
	topics := []string{}
	if len(bindings) == 0 {
		for _, topic := range r.topics {
			topics = append(topics, r.name(topic))
		}
	}
	return enter(r.zookeeper, o, topics, bindings)
}

// of is the run as one case sees it.
func (r *run) of(c testCase) *run {
	own := *r
	own.topics, own.bindings = c.allTopics(), c.bindings
	return &own
}

// can says whether the case has what it needs here.
func (r *run) can(c testCase) bool {
	for _, need := range c.needs {
		switch need {
		case withoutZooKeeper:
			if r.zookeeper != "" {
				return false
			}
		case withZooKeeper:
			if r.zookeeper == "" {
				return false
			}
		case withAsks:
			if r.asks == nil {
				return false
			}
		case severalBrokers:
			if len(r.brokers) < 2 {
				return false
			}
		case oneBroker:
			if len(r.brokers) > 1 {
				return false
			}
		}
	}
	return true
}

// install writes the bindings of all cases, as clients of an earlier day would have left them, and waits until every broker
// has read them.
func (r *run) install(cases []testCase) error {
	center := centerOf(r)
	defer center.Close()
	wanted := map[string]map[string]bool{}
	for _, c := range cases {
		groups := map[string]bool{}
		for _, b := range c.bindings {
			groups[b.GroupId] = true
			topic := r.name(b.Topic)
			if wanted[topic] == nil {
				wanted[topic] = map[string]bool{}
			}
			wanted[topic][r.name(b.GroupId)] = true
		}
		for group := range groups {
			if err := center.PublishBindings(r.name(group), r.bindingsBy(group, c.bindings)); err != nil {
				return fmt.Errorf("bindings of %s: %w", group, err)
			}
		}
	}
	for _, address := range r.http {
		if err := r.untilBound(address, wanted); err != nil {
			return err
		}
	}
	return nil
}

// centerOf opens a session of the original's registry code.
func centerOf(r *run) *registry.RegistryCenter {
	return registry.NewRegistryCenter(context.Background(), "zk://"+r.zookeeper)
}

// untilBound asks the page that the original's operators look at, since no client is told that its binding is in force.
func (r *run) untilBound(address string, wanted map[string]map[string]bool) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(r.wait)
	for {
		missing, err := unbound(address, wanted)
		if err == nil && len(missing) == 0 {
			return nil
		}
		select {
		case <-tick.C:
		case <-deadline:
			return fmt.Errorf("http://%s/binds lacks %v, %v", address, missing, err)
		}
	}
}

func unbound(address string, wanted map[string]map[string]bool) ([]string, error) {
	response, err := http.Get("http://" + address + "/binds")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var page struct {
		Groups map[string][]string `json:"topic_2_groups"`
	}
	if err := json.Unmarshal(body, &page); err != nil {
		return nil, err
	}
	missing := []string{}
	for topic, groups := range wanted {
		there := map[string]bool{}
		for _, group := range page.Groups[topic] {
			there[group] = true
		}
		for group := range groups {
			if !there[group] {
				missing = append(missing, topic+" "+group)
			}
		}
	}
	sort.Strings(missing)
	return missing, nil
}

// asks is the line protocol with whoever started the program: {"ask":"kill 127.0.0.1:1"} on stdout, and a line on stdin when it
// is done. Verbs: kill (SIGKILL), start (the same address and data folder; done when it listens).
type asks struct {
	out   *json.Encoder
	lines *bufio.Scanner
}

func newAsks() *asks {
	return &asks{out: json.NewEncoder(os.Stdout), lines: bufio.NewScanner(os.Stdin)}
}

// ask is for cases that run alone.
func (a *asks) ask(verb, address string) error {
	if err := a.out.Encode(map[string]string{"ask": verb + " " + address}); err != nil {
		return err
	}
	if !a.lines.Scan() {
		return fmt.Errorf("%s %s: nobody answers", verb, address)
	}
	if answer := strings.TrimSpace(a.lines.Text()); answer != "done" {
		return fmt.Errorf("%s %s: %s", verb, address, answer)
	}
	return nil
}
