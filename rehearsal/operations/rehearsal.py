"""One operation after the other, several to a deploy."""

from collections.abc import Callable, Sequence
from functools import partial

import yaml

from rehearsal.checks import aws_node, dns_cache, network, plan, policies
from rehearsal.checks.identities import identities
from rehearsal.checks.scene import Scene
from rehearsal.named import Content
from rehearsal.operations import adoption, changes, checks, leaving
from rehearsal.operations.upgrading import Upgrading
from rehearsal.rehearsal import Rehearsal
from settings import Settings, load

Change = Callable[[Content], None]


class OperationsRehearsal(Rehearsal):
    """Deploy an environment, then operations of docs/operations.md, each proven, and destroy it.

    Add-on upgrade, a changed variable and a changed rule are in the rehearsal of every environment.
    """

    def _go_on(self) -> None:
        """Go through the operations."""
        self._adopt()
        away: Sequence[Change] = (changes.add_workload, changes.switch_mode, changes.remove_peers)
        scene = self._operate("workload added, strict, peers removed", away)
        self._checks("checks", self._away(scene))
        group = self._make_group(scene)
        moved = partial(changes.move_group, group=group)
        back: Sequence[Change] = (changes.add_workload, moved)
        scene = self._operate("standard, peers added, group moved", back)
        self._checks("checks", self._back(scene, group))
        scene = self._operate("Kubernetes upgraded", (*back, changes.upgrade_control_plane))
        self._checks("checks", [("the control plane is upgraded", partial(checks.kubernetes_is, scene))])
        generation = checks.generation(scene)
        self._checks("disturbance", [("a policy is deleted by hand", partial(_delete_policy, scene, self._settings))])
        upgraded: Sequence[Change] = (changes.upgrade_control_plane, changes.upgrade_addons)
        alone: Sequence[Change] = (changes.leave_addon_alone, changes.make_private, changes.run_again)
        last = "workload removed, group back, kube-proxy and CoreDNS upgraded, variables by the handler alone, private"
        scene = self._operate(last, (*upgraded, *alone))
        self._checks("checks", self._last(scene, group, generation))
        upgrading = Upgrading(scene)
        self._checks("disturbance", [("pods run under a disruption budget", upgrading.start_pods)])
        scene = self._operate("nodes upgraded", (*upgraded, *alone, changes.upgrade_nodes))
        self._checks("checks", upgrading.checks(scene))
        self._destroy(scene)

    def _adopt(self) -> None:
        """Let the stage of the repository's pipeline deploy over what was deployed by hand."""
        output, name = self._workspace.folder / "cdk.out-pipeline", self._settings.name
        with self._step("synth of the pipeline"):
            self._cdk.synth_pipeline(output).wait()
        stage = output / f"assembly-pipeline-{name}"
        if not stage.is_dir():
            self._report.recorded("pipeline", f"environments/pipeline.yaml has no stage for {name}")
            return
        scene = self.stage.scene(self._settings)
        before = identities(scene)
        with self._step("deploy of the pipeline's stage") as progress:
            self._cdk.deploy(stage, "pipeline", progress.note)
        after = identities(scene)
        adopted = partial(adoption.nothing_is_replaced, before, after)
        self._checks("checks", [("a pipeline replaces nothing", adopted)])

    def _destroy(self, scene: Scene) -> None:
        """Begin it with pods that still run."""

        def destroy(stack: str) -> str:
            return self._cdk.destroy(self._second, [stack], f"destroy-{len(self._report.steps)}", lambda _: None)

        early = partial(leaving.refused_with_pods, scene, destroy)
        self._checks("leave", [("pods that run keep their groups", early)])
        super()._destroy(scene)

    def _begin_synth_with_changes(self) -> None:
        """Nothing to begin: each operation has a file of its own."""

    def _operate(self, what: str, operations: Sequence[Change]) -> Scene:
        """Deploy the environment with these changes; give what checks look at."""
        content = yaml.safe_load(self.environment.read_text(encoding="utf-8"))
        for operation in operations:
            operation(content)
        file = self._workspace.folder / "changed" / self.environment.name
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        name = f"operations-{len(self._report.steps)}"
        with self._step(f"synth: {what}"):
            self._second = self._workspace.folder / f"cdk.out-{name}"
            self._cdk.synth(file, self._second).wait()
        with self._step(f"deploy: {what}") as progress:
            self._cdk.deploy(self._second, name, progress.note)
        return self.stage.scene(load(str(file)))

    def _make_group(self, scene: Scene) -> str:
        """Make a group as another team would."""
        ec2, about = scene.aws.ec2, "made by another team"
        made = ec2.create_security_group(GroupName="given", Description=about, VpcId=scene.vpc_id)
        return str(made["GroupId"])

    def _away(self, scene: Scene) -> list[plan.Named]:
        return [
            ("a workload is added", partial(policies.policies_name_real_groups, scene)),
            ("the mode is strict", partial(checks.mode_is, scene, "strict")),
            ("the variables are in effect", partial(aws_node.env_is_in_effect, scene)),
            ("aws-node runs on every node, in strict", partial(aws_node.aws_node_is_rolled_out, scene)),
            ("the cache is off", partial(dns_cache.cache_is_gone, scene)),
            ("peers are removed", partial(checks.peers_are_left, scene, self._settings)),
        ]

    def _back(self, scene: Scene, group: str) -> list[plan.Named]:
        return [
            ("the mode is standard again", partial(checks.mode_is, scene, "standard")),
            ("aws-node runs on every node, in standard", partial(aws_node.aws_node_is_rolled_out, scene)),
            ("the cache is back", partial(dns_cache.cache_is_there, scene)),
            ("the cache runs on every node again", partial(dns_cache.cache_is_rolled_out, scene)),
            ("peers are added", partial(network.peers_are_reachable, scene)),
            ("a workload's group is another", partial(checks.groups_hold, scene, group)),
        ]

    def _last(self, scene: Scene, group: str, generation: int) -> list[plan.Named]:
        return [
            ("a workload is removed, a deleted policy is back", partial(policies.policies_name_real_groups, scene)),
            ("nobody holds the other group", partial(_delete_group, scene, group)),
            ("the endpoint is private", partial(checks.endpoint_is_private, scene)),
            ("the handler alone sets the variables", partial(checks.only_podnet_owns_env, scene)),
            ("nothing rolled for that", partial(checks.generation_is, scene, generation)),
            ("kube-proxy and CoreDNS are upgraded", partial(checks.addons_are, scene)),
        ]


def _delete_policy(scene: Scene, settings: Settings) -> str:
    """Delete the last workload's, which no operation changes; nothing but `run_again` brings it back."""
    workload = settings.workloads[-1]
    path = f"/apis/vpcresources.k8s.aws/v1beta1/namespaces/{workload.namespace}/securitygrouppolicies/{workload.name}"
    scene.kubernetes("DELETE", path)
    return f"{workload.namespace}/{workload.name}"


def _delete_group(scene: Scene, group: str) -> str:
    """Delete it, which EC2 refuses while an interface carries it."""
    scene.aws.ec2.delete_security_group(GroupId=group)
    return f"{group} is deleted"
