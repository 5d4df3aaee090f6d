// Command pod-webhook serves the two pod webhooks of AWS's VPC resource controller, which EKS runs in its control plane:
// the one that gives pods selected by a SecurityGroupPolicy a branch ENI to wait for, and the one that lets nobody but
// the controller write the annotation about it. Nothing else of the controller runs.
package main

import (
	"flag"
	"log"

	policy "github.com/aws/amazon-vpc-resource-controller-k8s/apis/vpcresources/v1beta1"
	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/healthz"
	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/utils"
	"github.com/aws/amazon-vpc-resource-controller-k8s/webhooks/core"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

const pingSeconds = 2

// linux answers the controller's questions about a cluster without Windows nodes and without its own old deployment.
type linux struct{}

func (linux) IsWindowsIPAMEnabled() bool                { return false }
func (linux) IsWindowsPrefixDelegationEnabled() bool    { return false }
func (linux) IsOldVPCControllerDeploymentPresent() bool { return false }
func (linux) GetPodDataStoreSyncStatus() bool           { return true }
func (linux) SetPodDataStoreSyncStatus(bool)            {}

func main() {
	// not "kubeconfig": controller-runtime has registered that one
	cluster := flag.String("cluster", "", "kubeconfig file")
	certificates := flag.String("certificates", "", "folder with tls.crt and tls.key")
	port := flag.Int("port", 0, "port of 127.0.0.1")
	flag.Parse()
	if err := serve(*cluster, webhook.Options{Host: "127.0.0.1", Port: *port, CertDir: *certificates}); err != nil {
		log.Fatal(err)
	}
}

func serve(cluster string, options webhook.Options) error {
	logger := zap.New()
	ctrl.SetLogger(logger)
	kinds := runtime.NewScheme()
	if err := scheme.AddToScheme(kinds); err != nil {
		return err
	}
	if err := policy.AddToScheme(kinds); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", cluster)
	if err != nil {
		return err
	}
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:        kinds,
		WebhookServer: webhook.NewServer(options),
		Metrics:       server.Options{BindAddress: "0"},
	})
	if err != nil {
		return err
	}
	// the manager's client reads from its cache, as in AWS's own main.go: 7 ms for a pod rather than 100
	policies := utils.NewSecurityGroupForPodsAPI(manager.GetClient(), logger)
	hooks, decoder, health := manager.GetWebhookServer(), admission.NewDecoder(kinds), healthz.NewHealthzHandler(pingSeconds)
	hooks.Register("/mutate-v1-pod", &webhook.Admission{
		Handler: core.NewPodMutationWebHook(policies, logger, linux{}, decoder, health),
	})
	hooks.Register("/validate-v1-pod", &webhook.Admission{
		Handler: core.NewAnnotationValidator(linux{}, logger, decoder, health),
	})
	return manager.Start(ctrl.SetupSignalHandler())
}
