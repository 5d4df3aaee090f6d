package main

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/aws/amazon-vpc-cni-k8s/cmd/routed-eni-cni-plugin/driver"
	"github.com/aws/amazon-vpc-cni-k8s/pkg/netlinkwrapper"
	"github.com/vishvananda/netlink"
)

// preparedLink stands in for one kernel feature: where the driver adds a vlan link, a link made beforehand takes its name
// and MAC address. Everything else goes to the kernel.
type preparedLink struct {
	netlinkwrapper.NetLink
	name string
}

func (p preparedLink) LinkAdd(link netlink.Link) error {
	vlan, wanted := link.(*netlink.Vlan)
	if !wanted {
		return p.NetLink.LinkAdd(link)
	}
	prepared, err := netlink.LinkByName(p.name)
	if err != nil {
		return fmt.Errorf("prepared link %s: %w", p.name, err)
	}
	vlan.Index = prepared.Attrs().Index
	if err := netlink.LinkSetName(prepared, vlan.Name); err != nil {
		return err
	}
	return netlink.LinkSetHardwareAddr(prepared, vlan.HardwareAddr)
}

// withPreparedLink puts it into the driver's private field; driver.New takes no arguments.
func withPreparedLink(network driver.NetworkAPIs, name string) driver.NetworkAPIs {
	field := reflect.ValueOf(network).Elem().FieldByName("netLink")
	value := reflect.ValueOf(preparedLink{netlinkwrapper.NewNetLink(), name})
	reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Set(value)
	return network
}
