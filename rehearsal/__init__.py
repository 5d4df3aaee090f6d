"""The laptop deployment: the real CDK command line, an AWS emulator and a real Kubernetes control plane."""

import clean_end
