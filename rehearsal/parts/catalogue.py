"""The parts that can be asked for."""

from rehearsal.parts.part import Part

_KUBERNETES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")

CATALOGUE = {
    part.name: part
    for part in (
        Part(
            name="kubernetes",
            module="k8s.io/kubernetes",
            programs={program: f"k8s.io/kubernetes/cmd/{program}" for program in _KUBERNETES},
            version_package="k8s.io/component-base/version",
            minutes=6,
        ),
        Part(name="etcd", module="go.etcd.io/etcd/server/v3", programs={"etcd": "go.etcd.io/etcd/server/v3"}),
        Part(name="kwok", module="sigs.k8s.io/kwok", programs={"kwok": "sigs.k8s.io/kwok/cmd/kwok"}, minutes=2),
        Part(name="coredns", module="github.com/coredns/coredns", programs={"coredns": "."}, minutes=2),
        Part(
            name="crane",
            module="github.com/google/go-containerregistry",
            programs={"crane": "github.com/google/go-containerregistry/cmd/crane"},
        ),
        Part(name="dnsload", module="github.com/miekg/dns", programs={"dnsload": "."}),
        Part(name="promrules", module="github.com/prometheus/prometheus", programs={"promrules": "."}),
        Part(name="vpc_cni", module="github.com/aws/amazon-vpc-cni-k8s"),
        Part(name="cni_lab", module="github.com/aws/amazon-vpc-cni-k8s", programs={"cni-lab": "."}, minutes=3),
        Part(name="vpc_resource_controller", module="github.com/aws/amazon-vpc-resource-controller-k8s"),
        Part(
            name="pod_webhook",
            module="github.com/aws/amazon-vpc-resource-controller-k8s",
            programs={"pod-webhook": "."},
            minutes=2,
        ),
    )
}
