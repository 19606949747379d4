// The list of cases, and the small helpers that give a case its publisher and its consumers.
package main

import (
	"github.com/blackbeans/kiteq-common/registry"
)

func allCases() []testCase {
	list := []testCase{}
	list = append(list, linkCases()...)
	list = append(list, publishCases()...)
	list = append(list, deliverCases()...)
	list = append(list, contentCases()...)
	list = append(list, transactionCases()...)
	list = append(list, groupCases()...)
	list = append(list, memberCases()...)
	list = append(list, bulkCases()...)
	list = append(list, killCases()...)
	return list
}

// plain is a case with one topic and one durable group, both named after it, and the message type "t".
func plain(name, says string, do func(r *run) (facts, error)) testCase {
	return testCase{name: name, says: says, bindings: []*registry.Binding{direct(name+"-sub", name, "t")}, do: do}
}

// pair connects the publisher and the consumer of a plain case.
func pair(r *run, name string, handler func(delivery) verdict) (publisher, consumer *client, err error) {
	consumer, err = r.connect(name+"-sub", options{handler: handler})
	if err != nil {
		return nil, nil, err
	}
	publisher, err = r.connect(name+"-pub", options{})
	if err != nil {
		consumer.close()
		return nil, nil, err
	}
	return publisher, consumer, nil
}
