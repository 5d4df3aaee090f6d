//go:build tools

// Package tools keeps the module of AWS's VPC CNI pinned; its manifests and its network code are read from there.
package tools

import _ "github.com/aws/amazon-vpc-cni-k8s/pkg/sgpp"
