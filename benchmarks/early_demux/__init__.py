"""`make bench NAME=early_demux`: what DISABLE_TCP_EARLY_DEMUX costs local TCP connections."""
