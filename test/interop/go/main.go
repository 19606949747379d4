// kiteq-conformance: the original's own modules against a live broker. One JSON line a case on stdout,
// exit code 0 when all passed. It must never start or stop a broker itself: it asks whoever started it (installation.go).
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/blackbeans/kiteq-common/registry"
	"github.com/sirupsen/logrus"
)

type facts map[string]interface{}

// need is something that not every installation has.
type need int

const (
	withoutZooKeeper need = iota
	withZooKeeper
	withAsks
	oneBroker
	severalBrokers
)

// testCase runs against the brokers of a run. `alone` cases load the machine, or kill brokers, and run one after the other
// behind the others.
type testCase struct {
	name     string
	says     string
	bindings []*registry.Binding
	topics   []string // published to, besides those of the bindings
	needs    []need
	alone    bool
	do       func(r *run) (facts, error)
}

func (c testCase) allTopics() []string {
	topics := topicsOf(c.bindings)
	for _, topic := range c.topics {
		if !slices.Contains(topics, topic) {
			topics = append(topics, topic)
		}
	}
	return topics
}

type outcome struct {
	Case  string `json:"case"`
	Says  string `json:"says"`
	OK    bool   `json:"ok"`
	Ms    int64  `json:"ms"`
	Error string `json:"error,omitempty"`
	Facts facts  `json:"facts,omitempty"`
}

func main() {
	r := &run{}
	brokers := flag.String("broker", "127.0.0.1:13800", "addresses of the brokers, separated by commas; without -zk the first counts")
	flag.StringVar(&r.zookeeper, "zk", "", "addresses of ZooKeeper: clients live there as the original's do")
	pages := flag.String("http", "", "where the brokers tell what is bound, separated by commas; with -zk")
	control := flag.Bool("control", false, "ask on stdout for kills and starts of brokers, and read on stdin when they are done")
	flag.StringVar(&r.prefix, "prefix", "", "put before every topic and group")
	flag.DurationVar(&r.wait, "wait", 30*time.Second, "how long an expected event may take")
	flag.DurationVar(&r.quiet, "quiet", 1500*time.Millisecond, "how long an unwanted event is waited for")
	flag.IntVar(&r.messages, "messages", 10000, "messages of the burst")
	flag.BoolVar(&r.announce, "bind", false, "announce the bindings with the extension command 0x20")
	flag.StringVar(&r.registry, "registry", "", "the registry file of the broker, to read it with the original's own code")
	names := flag.String("case", "all", "names of cases, separated by commas")
	jobs := flag.Int("jobs", 8, "cases at a time")
	list := flag.Bool("list", false, "print the cases and stop")
	yaml := flag.Bool("print-registry", false, "print the registry file the cases need and stop")
	topics := flag.Bool("print-topics", false, "print the topics the cases need, separated by commas, and stop")
	verbose := flag.Bool("v", false, "show the log of the original's modules")
	flag.Parse()

	logrus.SetOutput(io.Discard)
	if *verbose {
		logrus.SetOutput(os.Stderr)
	}
	log.SetOutput(logrus.StandardLogger().Out) // the ZooKeeper library writes there
	r.brokers = strings.Split(*brokers, ",")
	r.address = r.brokers[0]
	if *pages != "" {
		r.http = strings.Split(*pages, ",")
	}
	if *control {
		r.asks = newAsks()
	}
	chosen := choose(r, *names)
	switch {
	case *list:
		for _, c := range chosen {
			fmt.Printf("%-24s %s\n", c.name, c.says)
		}
		return
	case *yaml:
		writeRegistry(os.Stdout, r.prefix, r.address, chosen)
		return
	case *topics:
		fmt.Println(strings.Join(namesOf(r, chosen), ","))
		return
	}
	if err := prepare(r, chosen); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if failed := runAll(r, chosen, *jobs); failed > 0 {
		os.Exit(1)
	}
}

// prepare tells the broker of the bindings where it does not know them from a file.
func prepare(r *run, cases []testCase) error {
	switch {
	case r.zookeeper != "":
		return r.install(cases)
	case r.announce:
		return announce(r, bindingsOf(cases))
	}
	return nil
}

// choose leaves out of "all" what this installation cannot do; what is named and cannot be done is an error.
func choose(r *run, names string) []testCase {
	all := allCases()
	if names == "all" {
		return slices.DeleteFunc(all, func(c testCase) bool { return !r.can(c) })
	}
	chosen := []testCase{}
	for _, name := range strings.Split(names, ",") {
		at := slices.IndexFunc(all, func(c testCase) bool { return c.name == name })
		if at < 0 || !r.can(all[at]) {
			fmt.Fprintf(os.Stderr, "no case %q in this installation; -list shows them\n", name)
			os.Exit(2)
		}
		chosen = append(chosen, all[at])
	}
	return chosen
}

func namesOf(r *run, cases []testCase) []string {
	topics := []string{}
	for _, c := range cases {
		for _, topic := range c.allTopics() {
			if !slices.Contains(topics, r.name(topic)) {
				topics = append(topics, r.name(topic))
			}
		}
	}
	return topics
}

func bindingsOf(cases []testCase) []*registry.Binding {
	bindings := []*registry.Binding{}
	for _, c := range cases {
		bindings = append(bindings, c.bindings...)
	}
	return bindings
}

// runAll runs the quiet cases side by side, then the heavy ones one after the other. It returns how many failed.
func runAll(r *run, cases []testCase, jobs int) int {
	out := json.NewEncoder(os.Stdout)
	mutex, group := sync.Mutex{}, sync.WaitGroup{}
	slots := make(chan bool, jobs)
	failed := 0
	report := func(c testCase) {
		result := runOne(r, c)
		mutex.Lock()
		defer mutex.Unlock()
		if !result.OK {
			failed++
		}
		if err := out.Encode(result); err != nil {
			panic(err)
		}
	}
	for _, c := range cases {
		if c.alone {
			continue
		}
		slots <- true
		group.Add(1)
		go func(c testCase) {
			defer group.Done()
			report(c)
			<-slots
		}(c)
	}
	group.Wait()
	for _, c := range cases {
		if c.alone {
			report(c)
		}
	}
	return failed
}

func runOne(r *run, c testCase) (result outcome) {
	start := time.Now()
	result.Case, result.Says = c.name, c.says
	defer func() {
		if problem := recover(); problem != nil {
			result.OK, result.Error = false, fmt.Sprintf("the case itself panicked: %v", problem)
		}
		result.Ms = time.Since(start).Milliseconds()
	}()
	seen, err := c.do(r.of(c))
	result.Facts, result.OK = seen, err == nil
	if err != nil {
		result.Error = err.Error()
	}
	return result
}
