module podnet/rehearsal/parts/vpc_cni

go 1.26.6

require github.com/aws/amazon-vpc-cni-k8s v1.23.2
