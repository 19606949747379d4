// kiteq-conformance: the original's own modules against a live broker. One JSON line a case on stdout,
// exit code 0 when all passed. It needs no ZooKeeper and must never start or stop the broker.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/blackbeans/kiteq-common/registry"
	"github.com/sirupsen/logrus"
)

type facts map[string]interface{}

// testCase runs against one broker. `alone` cases load the machine and get it for themselves.
type testCase struct {
	name     string
	says     string
	bindings []*registry.Binding
	alone    bool
	do       func(r *run) (facts, error)
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
	flag.StringVar(&r.address, "broker", "127.0.0.1:13800", "address of the broker")
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
	verbose := flag.Bool("v", false, "show the log of the original's modules")
	flag.Parse()

	logrus.SetOutput(io.Discard)
	if *verbose {
		logrus.SetOutput(os.Stderr)
	}
	chosen := choose(*names)
	switch {
	case *list:
		for _, c := range chosen {
			fmt.Printf("%-24s %s\n", c.name, c.says)
		}
		return
	case *yaml:
		writeRegistry(os.Stdout, r.prefix, r.address, bindingsOf(chosen))
		return
	}
	if r.announce {
		if err := announce(r, bindingsOf(chosen)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if failed := runAll(r, chosen, *jobs); failed > 0 {
		os.Exit(1)
	}
}

func choose(names string) []testCase {
	all := allCases()
	if names == "all" {
		return all
	}
	chosen := []testCase{}
	for _, name := range strings.Split(names, ",") {
		found := false
		for _, c := range all {
			if c.name == name {
				chosen, found = append(chosen, c), true
			}
		}
		if !found {
			fmt.Fprintf(os.Stderr, "no case %q; -list shows them\n", name)
			os.Exit(2)
		}
	}
	return chosen
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
	seen, err := c.do(r)
	result.Facts, result.OK = seen, err == nil
	if err != nil {
		result.Error = err.Error()
	}
	return result
}
