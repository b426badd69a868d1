"""A filter on system calls, as the kernel takes it: what no lesson needs is refused.

Namespaces and what they would open (mounts, whole file systems in memory), memory that belongs to
no process (System V shared memory, message queues, keys, secret memory), the parts of the kernel
that most holes were found in (io_uring, bpf, perf), looking into other processes, unusual sockets
and larger buffers for the usual.  Nobody inside may send SIGKILL, so that a kernel which it ended
was ended from outside.  A refused call fails with EPERM, as for want of rights; ``clone3``, whose
flags a filter can't see, with ENOSYS, so that libraries fall back on ``clone``.

The program is classic BPF (Linux, Documentation/userspace-api/seccomp_filter.rst): one instruction
is 8 bytes, and each jumps forward only.
"""

import errno
import platform
import struct
from collections.abc import Iterable

# Of seccomp's data: the call's number, the architecture, the first half of its n-th argument.
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE, UNKNOWN = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
X32 = 0x40000000  # the other way to number calls on x86_64
NAMESPACES = 0x7E020000  # CLONE_NEWNS, …CGROUP, …UTS, …IPC, …USER, …PID, …NET
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: a kernel's threads talk over loopback
NETLINK, ROUTE = 16, 0  # by which libraries ask for the names of interfaces, no more
SOCKET_LEVEL, BUFFER_SIZES, SIGKILL = 1, (7, 32), 9  # SO_SNDBUF, SO_SNDBUFFORCE
TERMINAL_INPUT = 0x5412  # TIOCSTI
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
#: The numbers since Linux 5.1 are the same everywhere.
COMMON = {
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433,
    "pidfd_send_signal": 424, "clone3": 435, "pidfd_getfd": 438, "mount_setattr": 442,
    "quotactl_fd": 443, "memfd_secret": 447}
#: By name: the number on x86_64 and on aarch64.
NUMBERS = {
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51),
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190),
    "msgget": (68, 186), "mq_open": (240, 180),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_setup": (206, 0), "fanotify_init": (300, 262),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "personality": (135, 92), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142), "acct": (163, 89),
    "quotactl": (179, 60), "syslog": (103, 116), "vhangup": (153, 58),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266),
    "adjtimex": (159, 171), "sethostname": (170, 161), "setdomainname": (171, 162),
    "clone": (56, 220), "socket": (41, 198), "socketpair": (53, 199), "ioctl": (16, 29),
    "setsockopt": (54, 208), "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240)}
#: Which argument of what sends a signal says which one.
SIGNALS = {"kill": 1, "tkill": 1, "tgkill": 2, "rt_sigqueueinfo": 1, "rt_tgsigqueueinfo": 2,
           "pidfd_send_signal": 1}
#: Looked at more closely than by their number.
CLOSER = ("clone", "clone3", "socket", "socketpair", "ioctl", "setsockopt", *SIGNALS)


def numbers(machine: str) -> dict[str, int]:
    """Return the numbers of the calls that the filter knows, by name."""
    column = list(AUDIT).index(machine)
    return COMMON | {name: both[column] for name, both in NUMBERS.items()}


def program(machine: str | None = None) -> bytes | None:
    """Return the filter for a machine, by default this one; None where it is another kind.

    Parameters
    ----------
    machine : str, optional
        As `platform.machine` says it.

    Returns
    -------
    bytes or None
        Instructions, 8 bytes each, as ``bwrap --seccomp`` reads and `prctl` takes them.
    """
    machine = machine or platform.machine()
    if machine not in AUDIT:
        return None
    known = numbers(machine)
    lines = [_line(LOAD, ARCHITECTURE), _line(EQUAL, AUDIT[machine], 1, 0), _line(RETURN, KILL),
             _line(LOAD, NUMBER)]
    if machine == "x86_64":
        lines += [_line(AT_LEAST, X32, 0, 1), _line(RETURN, REFUSE)]
    for name, number in known.items():
        if name not in CLOSER:
            lines += [_line(EQUAL, number, 0, 1), _line(RETURN, REFUSE)]
    lines += [_line(EQUAL, known["clone3"], 0, 1), _line(RETURN, UNKNOWN)]
    refused_if, allowed = [_line(RETURN, REFUSE), _line(RETURN, ALLOW)], _line(RETURN, ALLOW)
    lines += _closer(known["clone"], 0, [_line(ANY_BIT, NAMESPACES, 0, 1), *refused_if])
    lines += _closer(known["socket"], 0, [
        _line(EQUAL, NETLINK, 0, 4), _line(LOAD, ARGUMENTS + 8 * 2), _line(EQUAL, ROUTE, 0, 1),
        allowed, _line(RETURN, REFUSE),
        *(_line(EQUAL, family, len(FAMILIES) - place, 0)
          for place, family in enumerate(FAMILIES)), *refused_if])
    lines += _closer(known["socketpair"], 0, [_line(EQUAL, FAMILIES[0], 1, 0), *refused_if])
    lines += _closer(known["ioctl"], 1, [_line(EQUAL, TERMINAL_INPUT, 0, 1), *refused_if])
    for name, argument in SIGNALS.items():
        lines += _closer(known[name], argument, [_line(EQUAL, SIGKILL, 0, 1), *refused_if])
    lines += _closer(known["setsockopt"], 1, [
        _line(EQUAL, SOCKET_LEVEL, 1, 0), allowed, _line(LOAD, ARGUMENTS + 8 * 2),
        _line(EQUAL, BUFFER_SIZES[0], 1, 0), _line(EQUAL, BUFFER_SIZES[1], 0, 1), *refused_if])
    lines.append(_line(RETURN, ALLOW))
    return b"".join(lines)


def _line(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """Return an instruction; after a comparison so many are skipped if it holds, or if not."""
    return struct.pack("=HBBI", code, yes, no, value)


def _closer(number: int, argument: int, then: Iterable[bytes]) -> list[bytes]:
    """Return instructions that look at an argument of one call; `then` must end by returning."""
    lines = [_line(LOAD, ARGUMENTS + 8 * argument), *then]
    return [_line(EQUAL, number, 0, len(lines)), *lines]
