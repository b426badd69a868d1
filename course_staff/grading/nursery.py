"""A process in the sandbox that has imported what a lesson needs; it forks for each submission.

    python nursery.py CONTROL MODULES FILTER

Starting Python and importing NumPy, PyTorch and IPython takes longer than many lessons run.  So one
process does that once, from the course's own code only, and each submission is a fork of it, in
namespaces, file systems and with a user id of its own, before a line of a student's code is read::

    nursery   privileged in its own sandbox; runs no student's code, has no file of anybody's
      parent    a fork for one submission: waits for the next one, and says how it ended
        init      first process of the submission's namespaces; has given up every right
          kernel    `inside.main`, with the same rights: none

What init does is what bubblewrap would do, with the same system calls and in the same order.  When
init ends, the system ends all that is in its namespaces.

Beside this file lie `inside` and `wire`; like these it imports nothing else of the pipeline.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
from typing import Any

JOBS, JOB, WORK = "/run/jobs", "/run/job", "/work"
NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
NOSUID, NODEV, READ_ONLY, BIND, REC, PRIVATE = 2, 4, 1, 4096, 16384, 1 << 18
PDEATHSIG, DUMPABLE, SECCOMP, BOUNDING_DROP, NO_NEW_PRIVS = 1, 4, 22, 24, 38
FILTER_MODE, CAPABILITIES_V3 = 2, 0x20080522
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

libc = ctypes.CDLL(None, use_errno=True)


class Born(BaseException):
    """Leaves all that the nursery was doing: a kernel that is born has none of it on its stack."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job


def call(name: str, *arguments: Any) -> int:
    """Call the C library; raise OSError where it fails."""
    given = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in arguments]
    found: int = getattr(libc, name)(*given)
    if found < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return found


def mount(kind: bytes, at: str, flags: int = 0, options: str = "", source: str = "none") -> None:
    """Mount something; as mount(2)."""
    call("mount", source.encode(), at.encode(), kind or None, flags, options.encode())


def own_view(job: dict[str, Any]) -> None:
    """Give this process, first in its namespaces, files that are its own alone."""
    mount(b"", "/", REC | PRIVATE)
    mount(b"proc", "/proc", NOSUID | NODEV)
    mount(b"devpts", "/dev/pts", NOSUID, "newinstance,ptmxmode=0666,mode=620")
    shown = [(path, os.open(path, os.O_PATH)) for path in job["shown"]]
    for at, size in (("/tmp", job["disk"]), (WORK, job["disk"]), ("/dev/shm", job["shared"])):
        mount(b"tmpfs", at, NOSUID | NODEV, f"size={size},nr_inodes={2 * job['files']},mode=1777")
    os.mkdir("/tmp/matplotlib")
    os.chmod("/tmp/matplotlib", 0o1777)
    for path, file in shown:  # Python itself may lie where these are; as read-only as it was
        folder = os.path.isdir(f"/proc/self/fd/{file}")
        os.makedirs(path if folder else os.path.dirname(path), 0o755, exist_ok=True)
        if not folder:
            open(path, "wb").close()
        mount(b"", path, BIND | REC, source=f"/proc/self/fd/{file}")
    mount(b"", JOB, BIND, source=f"{JOBS}/{job['folder']}")
    mount(b"tmpfs", JOBS, NOSUID | NODEV | READ_ONLY, "size=4k,nr_inodes=1,mode=0")
    os.chdir(WORK)


def loopback() -> None:
    """Let this network namespace talk to itself: a kernel's threads do."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def give_up(user: int | None, program: bytes) -> None:
    """Give up every right, for good, and take the filter on system calls."""
    if user is None:  # of an ordinary user: another name for the same
        call("unshare", NEWUSER)
        for file, text in (("setgroups", "deny"), ("uid_map", "1000 0 1"), ("gid_map", "1000 0 1")):
            with open(f"/proc/self/{file}", "w", encoding="ascii") as target:
                target.write(text)
    last = int(open("/proc/sys/kernel/cap_last_cap", encoding="ascii").read())
    for capability in range(last + 1):
        call("prctl", BOUNDING_DROP, capability, 0, 0, 0)
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    head, none = struct.pack("=Ii", CAPABILITIES_V3, 0), bytes(24)
    call("capset", ctypes.create_string_buffer(head), ctypes.create_string_buffer(none))
    call("prctl", NO_NEW_PRIVS, 1, 0, 0, 0)
    call("prctl", PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    buffer = ctypes.create_string_buffer(program, len(program))
    line = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    call("prctl", SECCOMP, FILTER_MODE, ctypes.create_string_buffer(line, len(line)), 0, 0)


def init(job: dict[str, Any], errors: int, go: int, program: bytes) -> int:
    """Be the first process of a submission's namespaces; return how its kernel ended."""
    os.setsid()
    os.umask(0o022)
    if not os.read(go, 1):
        return 1  # the grader is gone
    own_view(job)
    loopback()
    null = os.open("/dev/null", os.O_RDWR)
    for number, file in ((0, null), (1, null), (2, errors)):
        os.dup2(file, number)
    os.closerange(3, 4096)
    give_up(job["user"], program)
    kernel = os.fork()
    if not kernel:
        call("prctl", DUMPABLE, 1, 0, 0, 0)  # so that the grader can look at what it holds
        call("prctl", PDEATHSIG, 0, 0, 0, 0)
        raise Born(job)
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == kernel:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def be_kernel(job: dict[str, Any]) -> None:
    """Become the kernel; does not return."""
    code = 1
    try:
        if job["connection"] is None:
            code = 0  # a trial
        else:
            import numpy as np

            inside = importlib.import_module("inside")  # it lies beside this file
            np.random.seed()  # or all submissions would draw the same
            inside.main(f"{JOB}/{job['connection']}", f"{JOB}/calls", json.dumps(job["limits"]))
            code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 0 if error.code is None else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(BaseException):
            sys.stderr.flush()
        os._exit(code & 0xFF)


def parent(job: dict[str, Any], line: socket.socket, errors: int, program: bytes) -> None:
    """Start a submission's first process, hand its handle to the grader, say how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    go, let_go = os.pipe()
    call("unshare", NEWNS | NEWPID | NEWIPC | NEWNET)
    first = os.fork()
    if not first:
        code = 1
        try:
            os.close(let_go)
            line.close()
            call("prctl", PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            code = init(job, errors, go, program)
        except Born:
            raise
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.write(errors, f"{error}\n".encode())
        os._exit(code & 0xFF)
    os.close(errors)
    os.close(go)
    handle = os.pidfd_open(first)
    socket.send_fds(line, [b"started"], [handle])
    if line.recv(2) == b"go":
        os.write(let_go, b"g")
    os.close(let_go)
    while True:  # the grader's end closes if it dies
        ready, _, _ = select.select([handle, line.fileno()], [], [])
        if handle in ready:
            break
        if not line.recv(100):
            os.kill(first, signal.SIGKILL)
            break
    _, status = os.waitpid(first, 0)
    with contextlib.suppress(OSError):
        line.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


def serve(control: socket.socket, program: bytes) -> None:
    """Fork for each job that is asked for, until the grader is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for them
    while True:
        text, files, _, _ = socket.recv_fds(control, 1 << 16, 2)
        if not text:
            return
        line, errors = files
        if not os.fork():
            try:
                control.close()
                parent(json.loads(text), socket.socket(fileno=line), errors, program)
            except Born:
                raise
            except BaseException as error:
                with contextlib.suppress(OSError):
                    os.write(errors, f"{error}\n".encode())
            os._exit(0)
        os.close(line)
        os.close(errors)


def main(control: str, modules: str, program: str) -> None:
    """Import, say that it is done, serve; arguments as on the command line."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    for name in ("inside", "numpy"):
        importlib.import_module(name)
    for name in json.loads(modules):
        with contextlib.suppress(Exception):  # where a lesson needs it, its cell will say so
            importlib.import_module(name)
    if len(os.listdir("/proc/self/task")) > 1:
        raise SystemExit("threads were started: these can't be forked")
    gc.collect()
    gc.freeze()
    link = socket.socket(fileno=int(control))
    link.sendall(b"ready")
    serve(link, bytes.fromhex(program))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Born as born:
        mine = born.job
    else:
        sys.exit()
    del sys.argv[1:]
    be_kernel(mine)
