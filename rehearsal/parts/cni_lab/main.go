// Command cni-lab does to a network namespace what AWS's VPC CNI does to a node, by AWS's own code, and measures what
// one of its settings costs. It runs inside the namespace that stands for the node.
//
//	cni-lab setup    reads a Node as JSON from standard input; its environment is that of the aws-node container
//	cni-lab latency  reads a Trial as JSON from standard input; prints a Block as JSON for each block
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	commands := map[string]func() error{"setup": setup, "latency": latency}
	if len(os.Args) != 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: cni-lab setup|latency <request.json")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](); err != nil {
		fmt.Fprintf(os.Stderr, "cni-lab %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}

// read decodes the request; a field that nobody knows is an error.
func read(into any) error {
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("request must be JSON for %T: %w", into, err)
	}
	return nil
}
