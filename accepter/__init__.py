"""The peer's side of a connection, for an owner in another account or region: a CloudFormation template."""

import clean_end
