// Command promrules checks what Prometheus would read, with Prometheus' own code: rule files as `promtool check rules`
// does (each argument), and one PromQL expression on each line of standard input. It prints, for each expression and
// each rule, the names of the metrics in it, as lines of JSON: {"expression", "metrics"}.
//
// With -fire it evaluates the alerts of the rule files over the series of standard input, in the notation of promtool's
// unit tests, and prints those that fire: firing.go.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

func main() {
	failed := false
	refuse := func(what string, errors ...error) {
		for _, err := range errors {
			fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
			failed = true
		}
	}
	fire := flag.Bool("fire", false, "tell which alerts fire over the series of standard input")
	flag.Parse()
	if *fire {
		if err := firing(flag.Args(), os.Stdin, os.Stdout); err != nil {
			refuse("-fire", err)
			os.Exit(1)
		}
		return
	}
	var expressions []string
	for _, file := range flag.Args() {
		groups, errors := rulefmt.ParseFile(file, false, model.UTF8Validation)
		refuse(file, errors...)
		if groups == nil {
			continue
		}
		for _, group := range groups.Groups {
			for _, rule := range group.Rules {
				expressions = append(expressions, rule.Expr)
			}
		}
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		expressions = append(expressions, lines.Text())
	}
	refuse("standard input", some(lines.Err())...)
	printed := json.NewEncoder(os.Stdout)
	for _, text := range expressions {
		expression, err := parser.ParseExpr(text)
		if err != nil {
			refuse(text, err)
			continue
		}
		printed.Encode(map[string]any{"expression": text, "metrics": metrics(expression)})
	}
	if failed {
		os.Exit(1)
	}
}

// metrics returns the names of all series that an expression selects.
func metrics(expression parser.Expr) []string {
	var names []string
	parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			for _, matcher := range selector.LabelMatchers {
				if matcher.Name == labels.MetricName {
					names = append(names, matcher.Value)
				}
			}
		}
		return nil
	})
	return names
}

func some(err error) []error {
	if err == nil {
		return nil
	}
	return []error{err}
}
