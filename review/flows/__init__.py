"""What packets will do, from the settings alone: a table, each row resting on a fact with its source."""

from review.flows.conditions import Conditions
from review.flows.environment import RESOLVER_OF_VPC, conditions_of, flows_of, resolvers_in, resolvers_of
from review.flows.facts import Fact
from review.flows.flow import Flow
from review.flows.judge import Judge
from review.flows.prediction import predict

__all__ = [
    "RESOLVER_OF_VPC",
    "Conditions",
    "Fact",
    "Flow",
    "Judge",
    "conditions_of",
    "flows_of",
    "predict",
    "resolvers_in",
    "resolvers_of",
]
