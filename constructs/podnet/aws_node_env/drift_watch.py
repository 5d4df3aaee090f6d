"""The schedule that finds and repairs drift."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as cloudwatch_actions
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from constructs import Construct

_NAMESPACE = "podnet"  # as in handler/report.py
_SILENT_CHECKS = 3


class DriftWatch(Construct):
    """A rule that calls the handler's `watch`, and alarms on what it counts.

    CloudFormation never looks at what a custom resource has made, so an add-on update with OVERWRITE or a
    `kubectl set env` stays until the next change of a property. The metrics come from the log (embedded metric
    format). There is no second try by Lambda: the next check is the second try, and a call that waits in a queue could
    come after the resource was deleted.

    Args:
        scope: parent construct.
        construct_id: id below it.
        function: the handler's watch.
        every: time between two checks, whole minutes.
        event: what the function is called with; its ClusterName is the dimension of the metrics.
        alarm_topic: told when an alarm goes off and when it ends; nobody when left out.

    Attributes:
        alarms: by what they alarm on: DriftFound, Failures, Silence.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: lambda_.IFunction,
        every: Duration,
        event: Mapping[str, Any],
        alarm_topic: sns.ITopic | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        target = targets.LambdaFunction(
            function,
            event=events.RuleTargetInput.from_object(event),
            retry_attempts=0,
            max_event_age=Duration.minutes(1),
        )
        events.Rule(self, "Rule", schedule=events.Schedule.rate(every), targets=[target])

        def total(name: str) -> cloudwatch.Metric:
            return cloudwatch.Metric(
                namespace=_NAMESPACE,
                metric_name=name,
                dimensions_map={"Cluster": event["ResourceProperties"]["ClusterName"]},
                statistic="Sum",
                period=every,
            )

        self.alarms = {
            "DriftFound": total("DriftFound").create_alarm(
                self,
                "DriftFound",
                threshold=1,
                evaluation_periods=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
                alarm_description="somebody changed the environment of aws-node; the log names variable and value",
            ),
            "Failures": total("Failures").create_alarm(
                self,
                "Failures",
                threshold=1,
                evaluation_periods=2,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
                alarm_description="the watch of aws-node cannot read or repair it; the log has the reason",
            ),
            "Silence": total("Checks").create_alarm(
                self,
                "Silence",
                threshold=1,
                comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
                evaluation_periods=_SILENT_CHECKS,
                treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
                alarm_description="nothing watches the environment of aws-node any more",
            ),
        }
        if alarm_topic:
            for alarm in self.alarms.values():
                alarm.add_alarm_action(cloudwatch_actions.SnsAction(alarm_topic))
                alarm.add_ok_action(cloudwatch_actions.SnsAction(alarm_topic))
