//go:build tools

// Package tools keeps the module of AWS's VPC resource controller pinned; its CRDs and limits are read from there.
package tools

import _ "github.com/aws/amazon-vpc-resource-controller-k8s/pkg/aws/vpc"
