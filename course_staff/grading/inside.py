"""What runs first in the sandbox: set limits, connect to the referee, become the kernel.

    python inside.py CONNECTION_FILE SOCKET LIMITS

Beside this file lies `wire`; nothing else of the pipeline is in the sandbox.
"""

import json
import os
import resource
import socket
import sys
from typing import TYPE_CHECKING, Any

from ipykernel.kernelapp import IPKernelApp

if TYPE_CHECKING:
    from course_staff.grading import wire
else:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import wire


def limit(limits: dict[str, int]) -> None:
    """Set hard limits on this process and its children."""
    for name, value in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def main(connection_file: str, address: str, limits: str) -> None:
    """Become the kernel; `limits` are JSON of `sandbox.Limits.inside`."""
    limit(json.loads(limits))
    link = socket.socket(socket.AF_UNIX)
    link.connect(address)
    app: Any = IPKernelApp.instance()
    app.initialize(["-f", connection_file, "--HistoryManager.enabled=False", "--quiet"])
    serve = wire.server(app.shell.user_ns, link)

    async def served(stream: Any, identities: Any, parent: Any) -> None:
        serve()
        app.kernel.session.send(stream, "course_reply", {"status": "ok"}, parent, identities)

    # A message of its own: no cell is run for it, so nothing that bends cells touches it.
    app.kernel.shell_handlers["course_serve"] = served
    app.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
