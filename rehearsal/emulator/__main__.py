"""Start the emulator: python -m rehearsal.emulator <configuration file>; it ends when its standard input does."""

import sys
import threading
from functools import partial
from pathlib import Path

from rehearsal.emulator.names import missing_names


def main(path: Path) -> None:
    """Join the emulator to its control planes and serve until SIGTERM.

    Raises:
        SystemExit: If the installed emulator is not the one that this was written for.
    """
    wrong = missing_names()
    if wrong:
        raise SystemExit("the emulator's venv does not fit:\n" + "\n".join(wrong))

    # only now: these use names whose absence was just told in a readable way
    from ministack import app  # noqa: PLC0415
    from ministack.services.cloudformation import stacks  # noqa: PLC0415

    from rehearsal.emulator import archives, ending, inventory, joined, offers, prefix_lists, seed, workers  # noqa: PLC0415
    from rehearsal.emulator.cluster.planes import PLANES  # noqa: PLC0415
    from rehearsal.emulator.configuration import Configuration  # noqa: PLC0415
    from rehearsal.emulator.recorded import RECORDED  # noqa: PLC0415

    configuration = Configuration.read(path)
    folder = Path(configuration.folder)
    PLANES.configure(configuration)
    RECORDED.keep_in(folder / "recorded.json")
    joined.install()
    original = stacks._runs_on_worker_thread
    # a control plane takes seconds to start, in which the emulator must go on answering
    stacks._runs_on_worker_thread = lambda kind: kind.startswith("AWS::EKS::") or original(kind)
    app._port_is_bindable = lambda _host, _port: False  # as root it would also take port 443
    archives.install(folder / "archives")
    workers.prepare(folder / "shims", configuration.node_modules)
    for peer in configuration.peers:
        seed.make_peer(peer)
    for arn in configuration.roles:
        seed.make_role(arn)
    for list_id in configuration.prefix_lists:
        prefix_lists.make(configuration.account, configuration.region, list_id)
    offers.offer(configuration.offers)
    ending.end_on_signals()
    make_group = partial(seed.make_group, configuration.account, configuration.region)
    write_inventory = partial(inventory.write, folder)
    threading.Thread(target=ending.end_with_parent, args=(make_group, write_inventory), daemon=True).start()
    del sys.argv[1:]  # the emulator reads its own arguments
    app.main()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
