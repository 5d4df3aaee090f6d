package main

import (
	"fmt"
	"net"
	"os"

	"github.com/aws/amazon-vpc-cni-k8s/cmd/routed-eni-cni-plugin/driver"
	"github.com/aws/amazon-vpc-cni-k8s/pkg/networkutils"
	"github.com/aws/amazon-vpc-cni-k8s/pkg/sgpp"
	"github.com/aws/amazon-vpc-cni-k8s/pkg/utils/logger"
	"github.com/vishvananda/netlink"
)

// Node is the instance, and the pods to make on it.
type Node struct {
	PrimaryMAC string   `json:"primary_mac"` // of the interface that is the primary ENI
	Address    string   `json:"address"`     // the primary ENI's
	VPCCIDRs   []string `json:"vpc_cidrs"`   // what instance metadata would tell
	Pods       []Pod    `json:"pods"`
}

// Pod is one of either kind; with a branch ENI where BranchMAC is set.
type Pod struct {
	Name      string `json:"name"`
	Address   string `json:"address"`
	Netns     string `json:"netns"`      // path of its network namespace
	BranchMAC string `json:"branch_mac"` // of its branch ENI
	VLAN      int    `json:"vlan"`       // what the VPC resource controller chose, from 1; its routes lie in table 100 + VLAN
	Gateway   string `json:"gateway"`    // of the branch ENI's subnet
	Trunk     string `json:"trunk"`      // link of the trunk ENI, on which AWS's code makes vlan.eth.VLAN
	Prepared  string `json:"prepared"`   // link that becomes vlan.eth.VLAN instead, where the kernel has no vlan links
}

// setup makes the node's network, then each pod's.
func setup() error {
	var node Node
	if err := read(&node); err != nil {
		return err
	}
	address := net.ParseIP(node.Address)
	if address == nil {
		return fmt.Errorf("address must be an IP address, got %q", node.Address)
	}
	network, err := networkutils.New()
	if err != nil {
		return fmt.Errorf("networkutils.New: %w", err)
	}
	podENI := os.Getenv("ENABLE_POD_ENI") == "true"
	if err := network.SetupHostNetwork(node.VPCCIDRs, node.PrimaryMAC, &address, podENI, false); err != nil {
		return fmt.Errorf("SetupHostNetwork: %w", err)
	}
	if err := externalServices(network); err != nil {
		return err
	}
	for _, pod := range node.Pods {
		if err := pod.setup(); err != nil {
			return fmt.Errorf("pod %s: %w", pod.Name, err)
		}
	}
	return nil
}

// externalServices installs the rules of AWS_EXTERNAL_SERVICE_CIDRS, as pkg/ipamd does after SetupHostNetwork.
func externalServices(network networkutils.NetworkAPIs) error {
	rules, err := network.GetRuleList(false)
	if err != nil {
		return fmt.Errorf("GetRuleList: %w", err)
	}
	if err := network.UpdateExternalServiceIpRules(rules, network.GetExternalServiceCIDRs()); err != nil {
		return fmt.Errorf("UpdateExternalServiceIpRules: %w", err)
	}
	return nil
}

func (pod Pod) setup() error {
	mode, mtu, log := sgpp.LoadEnforcingModeFromEnv(), networkutils.GetEthernetMTU(), logger.Get()
	if pod.BranchMAC == "" {
		return driver.New().SetupPodNetwork([]driver.VirtualInterfaceMetadata{pod.veth(vethPrefix())}, pod.Netns, mtu, log)
	}
	branch, trunk := driver.New(), 0
	if pod.Prepared != "" {
		branch = withPreparedLink(branch, pod.Prepared)
	} else {
		link, err := netlink.LinkByName(pod.Trunk)
		if err != nil {
			return fmt.Errorf("trunk must be a link, got %q: %w", pod.Trunk, err)
		}
		trunk = link.Attrs().Index
	}
	prefix := sgpp.BuildHostVethNamePrefix(vethPrefix(), mode)
	return branch.SetupBranchENIPodNetwork(
		pod.veth(prefix), pod.Netns, pod.VLAN, pod.BranchMAC, pod.Gateway, trunk, mtu, mode, log)
}

func (pod Pod) veth(prefix string) driver.VirtualInterfaceMetadata {
	return driver.VirtualInterfaceMetadata{
		IPAddress:         &net.IPNet{IP: net.ParseIP(pod.Address).To4(), Mask: net.CIDRMask(32, 32)},
		RouteTable:        1, // of the primary ENI: device number + 1, pkg/ipamd/rpc_handler.go
		HostVethName:      networkutils.GeneratePodHostVethName(prefix, "podnet", pod.Name, 0),
		ContainerVethName: "eth0",
	}
}

// vethPrefix is the name prefix that scripts of the CNI's image write into its conflist.
func vethPrefix() string {
	if prefix := os.Getenv("AWS_VPC_K8S_CNI_VETHPREFIX"); prefix != "" {
		return prefix
	}
	return "eni"
}
