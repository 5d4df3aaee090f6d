"""Everything that is joined to the emulator."""

from rehearsal.emulator import (
    custom_resources,
    exports,
    filters,
    function_logs,
    idle_functions,
    imports,
    log_patterns,
    offers,
    peering_options,
    prefix_lists,
    rights,
    rollbacks,
    schedules,
    state_machines,
    transit_gateways,
    vpc_ranges,
)
from rehearsal.emulator.cluster import access_policies, addons, lifecycle, node_groups
from rehearsal.emulator.resources import install_resource_types


def install() -> None:
    """Join it, in this order.

    Raises:
        SystemExit: If the emulator gained or lost a resource type since this was written.
    """
    services = (
        peering_options,
        rights,
        schedules,
        function_logs,
        log_patterns,
        idle_functions,
        state_machines,
        custom_resources,
        exports,
        imports,
        rollbacks,
        transit_gateways,
        vpc_ranges,
        prefix_lists,
        offers,
        filters,
    )
    for service in services:
        service.install()
    for part in (access_policies, addons, lifecycle, node_groups):
        part.install()
    install_resource_types()
