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

_ALARMS = (  # id, metric of handler/index.py, periods, description
    ("DriftFound", "DriftFound", 1, "somebody changed the environment of aws-node; the log names variable and value"),
    ("Failures", "Failures", 2, "the watch of aws-node cannot read or repair it; the log has the reason"),
    ("Silence", "Checks", 3, "nothing watches the environment of aws-node any more"),
)


class DriftWatch(Construct):
    """A rule that calls the handler's `watch`, and alarms on what it counts, and on its silence.

    CloudFormation never looks at what a custom resource has made, so an add-on update with OVERWRITE or a
    `kubectl set env` stays until the next change of a property. The metrics come from the log (embedded metric
    format). There is no second try, by EventBridge or by Lambda: the next check is one, and a call that waits could
    come after the resource was deleted.

    Args:
        scope: parent construct.
        construct_id: id below it.
        function: the handler's watch.
        cluster_name: the dimension of the metrics.
        every: time between two checks, whole minutes.
        event: what the function is called with.
        alarm_topic: told when an alarm goes off and when it ends; nobody when None.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: lambda_.IFunction,
        cluster_name: str,
        every: Duration,
        event: Mapping[str, Any],
        alarm_topic: sns.ITopic | None,
    ) -> None:
        super().__init__(scope, construct_id)
        call, minute = events.RuleTargetInput.from_object(event), Duration.minutes(1)
        function.configure_async_invoke(retry_attempts=0, max_event_age=minute)
        target = targets.LambdaFunction(function, event=call, retry_attempts=0, max_event_age=minute)
        events.Rule(self, "Rule", schedule=events.Schedule.rate(every), targets=[target])
        is_, missing = cloudwatch.ComparisonOperator, cloudwatch.TreatMissingData
        for name, metric, periods, description in _ALARMS:
            silence = name == "Silence"
            alarm = cloudwatch.Metric(
                namespace="podnet",
                metric_name=metric,
                dimensions_map={"Cluster": cluster_name},
                statistic="Sum",
                period=every,
            ).create_alarm(
                self,
                name,
                threshold=1,
                comparison_operator=is_.LESS_THAN_THRESHOLD if silence else is_.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                evaluation_periods=periods,
                treat_missing_data=missing.BREACHING if silence else missing.NOT_BREACHING,
                alarm_description=description,
            )
            if alarm_topic:
                alarm.add_alarm_action(cloudwatch_actions.SnsAction(alarm_topic))
                alarm.add_ok_action(cloudwatch_actions.SnsAction(alarm_topic))
