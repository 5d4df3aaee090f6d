"""The Lambda behind AwsNodeEnv. Lambda has this folder itself on sys.path, so its files import each other by name."""
