"""A kernel in a sandbox: no network, no other files, bounded in everything.

bubblewrap makes namespaces for files, processes, network and host name.  In them are the system's
programs, this Python, the released library and data, all read-only; a writable folder and /tmp in
memory, of bounded size; a private folder for the kernel's sockets, which is watched.  A filter
refuses system calls that no lesson needs (`syscalls`).  Limits on
memory, processor time, processes and file sizes are set inside, by `inside.py`, as hard limits;
where the system gives us cgroups, the kernel holds memory and processes besides (`cgroups`).
As root the kernel drops to a user id that no other job and no person has (``setpriv``), since
limits on processes don't bind root.  When bubblewrap's process ends, so does everything in it.
"""

import contextlib
import itertools
import json
import os
import platform
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import Any, Self, cast

import matplotlib
import psutil

from course_lib.desk.commands import Told
from course_lib.desk.doctor import sandbox_refusal
from course_staff.authoring.source import THREADS
from course_staff.grading import cgroups, syscalls, warm

HERE = Path(__file__).parent
JOB, COURSE, GRADER, WORK = "/run/job", "/course", "/grader", "/work"
PREFIX = "course-sandbox-"
JOBS, TRIAL = "/run/jobs", 30
# Of namespaces all but the users', which are not always to be had.
APART = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
         "--unshare-cgroup-try"]
SHARED = 64 << 20  # bytes of /dev/shm
IN_MEMORY = ("/tmp", WORK, "/dev/shm")  # what is a file system of its own inside
INODE, PIPE = 1 << 10, 64 << 10  # bytes that a file takes beside its content, and a pipe
_slots = itertools.count()


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    # Of processor time, so that a busy machine costs nobody marks; of the clock's five times that.
    cell_seconds: float = 60
    seconds: float = 600
    memory: int = 2 << 30
    disk: int = 256 << 20
    file_size: int = 64 << 20
    processes: int = 128
    output: int = 200_000
    files: int = 20_000

    def inside(self) -> dict[str, int]:
        """Return the limits that the kernel's process sets on itself, hard."""
        return {"AS": self.memory + (6 << 30), "CPU": int(self.seconds) + 10,
                "FSIZE": self.file_size, "NPROC": self.processes, "NOFILE": 512, "CORE": 0}

    def told(self, sandboxed: bool) -> str:
        """Return the limits in force as a sentence."""
        kept = (f"{self.cell_seconds:g} s of processor time a cell, {self.seconds:g} s a "
                f"submission (five times that by the clock), "
                f"{self.memory / 2**30:g} GiB of memory, files of {self.file_size >> 20} MiB, "
                f"{self.output:,} characters of output a cell")
        if not sandboxed:
            return f"NO SANDBOX: submissions could read, write and send anything. Limits: {kept}"
        user = "a user id of its own per job" if os.geteuid() == 0 else "this user's own id"
        return (f"Sandbox: no network, no other files, {user}. Limits: {kept}, "
                f"{self.disk >> 20} MiB of disk, {self.files:,} files, "
                f"{self.processes} processes and threads")


def refuse_unless_possible() -> None:
    """Raise `Told` where submissions can't be kept in a sandbox."""
    refusal = "it exists on Linux only" if sys.platform != "linux" else sandbox_refusal()
    if refusal is None and os.geteuid() == 0 and shutil.which("setpriv") is None:
        refusal = "as root it needs setpriv (package util-linux)"
    if refusal:
        raise Told(
            f"Submissions are others' programs, and the sandbox for them doesn't work: {refusal}\n"
            "`course doctor` says what to do. --no-sandbox grades without: only for notebooks that "
            "you would run yourself.")


def weaker() -> list[str]:
    """Return a sentence for each promise that this system lets us hold less well than others do."""
    found = []
    if syscalls.program() is None:
        found.append(
            f"System calls aren't filtered on {platform.machine()} (only on "
            f"{' and '.join(syscalls.AUDIT)}): System V shared memory and namespaces of its own "
            "can hide memory from the watch; a kernel that ended itself may look killed.")
    if cgroups.delegated() is None:
        found.append(
            "Memory is watched five times a second, not held by the kernel: a burst can pass the "
            "limit before it is ended, and messages on their way between sockets aren't counted. "
            "`systemd-run --user --scope -p Delegate=yes course grade …` has it held, where there "
            "is systemd with cgroups of version 2.")
    return found


def sweep() -> None:
    """Remove private folders that killed graders have left behind."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        number = path.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(path, ignore_errors=True)


class Sandbox:
    """A process, sandboxed or not, that runs `inside.py`; ends with the ``with`` block.

    Parameters
    ----------
    bundle : Path
        A release: holds course_lib/ and data/.
    limits : Limits
    sandboxed : bool
    template : Path, optional
        The lesson's: where `warm.nurseries` are kept it may be a fork of one.
    nursery : warm.Nursery, optional
        The one to be a fork of.

    Attributes
    ----------
    folder, inside : Path, str
        The private folder, from outside and from inside.
    reason : str or None
        Why the watch ended it: ``memory``, ``files``, ``many files``, or ``unwatched``, where it
        couldn't look.
    spent : float
        Seconds of processor time that its processes have used.
    """

    def __init__(self, bundle: str | Path, limits: Limits, sandboxed: bool = True,
                 template: Path | None = None, nursery: warm.Nursery | None = None) -> None:
        self.template, self.nursery = template, nursery
        self.bundle, self.limits, self.sandboxed = Path(bundle).resolve(), limits, sandboxed
        self.reason: str | None = None
        self.process: subprocess.Popen[bytes] | warm.Infant | None = None
        self.said, self.spent = b"", 0.0
        self.cgroup: cgroups.Cgroup | None = None

    def __enter__(self) -> Self:
        if self.sandboxed and self.nursery is None:
            self.nursery = _nursery(self.bundle, self.template)
        base = self.nursery.base if self.nursery is not None else None
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))
        self.inside = JOB if self.sandboxed else str(self.folder)
        self.user = _own_user() if self.sandboxed and os.geteuid() == 0 else None
        if self.user is not None:
            os.chown(self.folder, self.user, self.user)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / "calls"))
        os.chmod(self.folder / "calls", 0o777)  # its folder is private
        self.listener.listen(1)
        self.listener.settimeout(1)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                if not self.sandboxed:
                    os.killpg(self.process.pid, 9)
                self.process.kill()
            self.process.wait()
            for thread in self.threads:
                thread.join()
            self.errors.close()
            if isinstance(self.process, warm.Infant):
                self.process.close()
        self.listener.close()
        if self.cgroup is not None:
            self.cgroup.remove()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, connection_file: str | None) -> "subprocess.Popen[bytes]":
        """Start the process; returns it.  Without a file a nursery's fork only shows that it can.

        Raises
        ------
        OSError
            If that is not possible.
        """
        if self.user is not None and connection_file is not None:
            os.chown(connection_file, self.user, self.user)
        process: subprocess.Popen[bytes] | warm.Infant
        if self.nursery is not None:
            process = self._fork(self.nursery, connection_file)
        else:
            assert connection_file is not None
            process = self._program(connection_file)
        self.process = process
        self.threads = [threading.Thread(target=self._watch, args=[process], daemon=True),
                        threading.Thread(target=self._listen, daemon=True)]
        for thread in self.threads:
            thread.start()
        return cast("subprocess.Popen[bytes]", process)  # it does what is needed of one

    def _fork(self, nursery: warm.Nursery, connection_file: str | None) -> warm.Infant:
        errors, theirs = os.pipe()
        job = {"folder": self.folder.name, "user": self.user, "limits": self.limits.inside(),
               "connection": connection_file and Path(connection_file).name,
               "disk": self.limits.disk, "shared": SHARED, "files": self.limits.files,
               "shown": sorted(within for within in _shown(self.bundle).values()
                               if within.startswith(tuple(f"{at}/" for at in IN_MEMORY)))}
        self._enter_cgroup()
        enter = self.cgroup.take if self.cgroup else lambda _: None
        try:
            infant = nursery.bear(job, [theirs], enter)
        except BaseException:
            os.close(errors)
            raise
        finally:
            os.close(theirs)
        self.errors = os.fdopen(errors, "rb")
        return infant

    def _program(self, connection_file: str) -> "subprocess.Popen[bytes]":
        arguments = [f"{self.inside}/{Path(connection_file).name}", f"{self.inside}/calls",
                     json.dumps(self.limits.inside())]
        where, filtered = None, None
        if self.sandboxed:
            filtered = _filter()
            given = [] if filtered is None else ["--seccomp", str(filtered)]
            command = [*self._enter_cgroup(), "bwrap", *given, *self._bubblewrap(),
                       f"{GRADER}/inside.py", *arguments]
            environment = _environment(COURSE, "/tmp")
        else:
            where = self.folder / "work"
            where.mkdir()
            command = [sys.executable, str(HERE / "inside.py"), *arguments]
            environment = _environment(str(self.bundle), str(self.folder))
        try:
            process = subprocess.Popen(
                command, cwd=where, env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
                pass_fds=[] if filtered is None else [filtered])
        finally:
            if filtered is not None:
                os.close(filtered)
        self.errors = cast(BufferedReader, process.stderr)  # a pipe
        return process

    def _enter_cgroup(self) -> list[str]:
        """Make this job's cgroup, where that is ours; return how a command comes into it."""
        parent = cgroups.delegated()
        if parent is None:
            return []
        files = 2 * self.limits.disk + SHARED  # are memory, too
        self.cgroup = cgroups.Cgroup(parent, self.folder.name, self.limits.memory + files,
                                     self.limits.processes + 8)
        return self.cgroup.enter()

    def killed(self) -> bool:
        """Whether SIGKILL has ended the kernel, and neither the watch nor `stop` has sent it.

        Nobody inside may send it (`syscalls`), so somebody outside has: the system, for want of
        memory, or a person.
        """
        if self.process is None or self.reason is not None or syscalls.program() is None:
            return False
        return self.sandboxed and self.process.poll() in (-9, 128 + 9)

    def connection(self) -> socket.socket:
        """Return the socket on which the kernel serves calls; it is the first that connects."""
        try:
            while True:
                try:
                    connected, _ = self.listener.accept()
                    break
                except TimeoutError:
                    if self.process is None or self.process.poll() is not None:
                        raise RuntimeError(f"the sandbox ended: {self.said.decode()}") from None
        finally:
            self.listener.close()
        connected.settimeout(None)
        return connected

    def _bubblewrap(self) -> list[str]:
        options = ["--die-with-parent", "--new-session", "--hostname", "sandbox"]
        if self.user is None:
            options += ["--unshare-all", "--uid", "1000", "--gid", "1000"]
            options += ["--unshare-user", "--disable-userns"] if _no_more_namespaces() else []
        else:
            options += [*APART, "--cap-drop", "ALL", *_rights("SETUID", "SETGID", "SETPCAP")]
        options += ["--proc", "/proc", "--dev", "/dev",
                    "--size", str(SHARED), "--perms", "1777", "--tmpfs", "/dev/shm",
                    "--size", str(self.limits.disk), "--perms", "1777", "--tmpfs", "/tmp",
                    "--size", str(self.limits.disk), "--perms", "1777", "--tmpfs", WORK,
                    *_view(self.bundle, "inside.py", "wire.py"),
                    "--perms", "1777", "--dir", "/tmp/matplotlib",
                    "--chmod", "1777", "/tmp/matplotlib", "--perms", "0755", "--dir", "/run",
                    "--bind", str(self.folder), JOB, "--chdir", WORK]
        if self.user is not None:
            options += ["setpriv", f"--reuid={self.user}", f"--regid={self.user}",
                        "--clear-groups", "--bounding-set=-all", "--inh-caps=-all",
                        "--no-new-privs"]
        return [*options, sys.executable]

    def _listen(self) -> None:
        """Keep the beginning of what the process says on stderr, drop the rest."""
        while part := self.errors.read1(1 << 16):
            self.said = (self.said + part)[:2000]

    def _watch(self, process: "subprocess.Popen[bytes] | warm.Infant") -> None:
        """End the process when it does what it mustn't, or when that can't be seen any longer."""
        while process.poll() is None and self.reason is None:
            try:
                self.reason = self._look(process.pid)
                if self.reason is None and self.cgroup is not None and self.cgroup.ran_out():
                    self.reason = "memory"
            except Exception:
                self.reason = "unwatched"
            if self.reason is None:
                time.sleep(0.2)
        process.kill()

    def _look(self, pid: int) -> str | None:
        """Return why the process must end: it uses too much, or writes beside its sockets."""
        memory, seconds, files = _usage(pid, self.sandboxed, self.nursery is not None)
        self.spent = max(self.spent, seconds)
        if memory + INODE * files > self.limits.memory:
            return "memory"
        if files > self.limits.files:
            return "many files"
        return "files" if self.sandboxed and _strewn(self.folder) else None


def _environment(course: str, home: str) -> dict[str, str]:
    return {
        "HOME": home, "PYTHONPATH": course, "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8", "USER": "student",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/matplotlib", "IPYTHONDIR": f"{home}/ipython",
        "JUPYTER_RUNTIME_DIR": f"{home}/runtime", "PYTHONDONTWRITEBYTECODE": "1",
        **dict.fromkeys(THREADS, "1")}


def _view(bundle: Path, *programs: str) -> list[str]:
    """Return bubblewrap's options that show the system, a release and programs of the grader's."""
    options = []
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        if os.path.islink(name):
            options += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            options += ["--ro-bind", name, name]
    for name in ("ld.so.cache", "fonts", "localtime", "alternatives"):
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for outside, within in _shown(bundle, *programs).items():
        for parent in reversed(Path(within).parents[:-1]):
            # Made by bubblewrap itself they would be as closed as those outside.
            options += ["--perms", "0755", "--dir", str(parent)]
        options += ["--ro-bind", outside, within]
    return options


def _shown(bundle: Path, *programs: str) -> dict[str, str]:
    """Return what is shown read-only: where it is, and where it is seen."""
    shown = {"/usr": "/usr"} | {path: path for path in (sys.base_prefix, sys.prefix)
                                if not Path(path).is_relative_to("/usr")}
    shown |= {str(bundle / name): f"{COURSE}/{name}" for name in ("course_lib", "data")}
    shown |= {str(HERE / name): f"{GRADER}/{name}" for name in programs}
    fonts = sorted(Path(matplotlib.get_cachedir()).glob("fontlist-*.json"))
    return shown | {str(path): f"/tmp/matplotlib/{path.name}" for path in fonts}


def _rights(*names: str) -> list[str]:
    return [word for name in names for word in ("--cap-add", f"CAP_{name}")]


def _nursery(bundle: Path, template: Path | None) -> warm.Nursery | None:
    """Return a nursery for a release's lesson, tried; None where there can't be one."""
    def options(base: Path) -> list[str]:
        user = ([*APART, "--cap-drop", "ALL", *_rights(
                    "SETUID", "SETGID", "SETPCAP", "SYS_ADMIN", "NET_ADMIN")]
                if os.geteuid() == 0 else
                ["--unshare-user", "--uid", "0", "--gid", "0", *APART, "--cap-add", "ALL"])
        return ["bwrap", "--die-with-parent", "--new-session", "--hostname", "sandbox", *user,
                # The system's own /proc, since only who sees one may mount another.
                "--bind", "/proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm",
                "--perms", "1777", "--tmpfs", "/tmp", "--perms", "1777", "--tmpfs", WORK,
                *_view(bundle, "nursery.py", "inside.py", "wire.py"),
                "--perms", "0755", "--dir", "/run", "--perms", "0755", "--dir", JOB,
                "--bind", str(base), JOBS, "--chdir", WORK,
                sys.executable, f"{GRADER}/nursery.py"]

    def make(names: list[str]) -> warm.Nursery:
        made = warm.Nursery(options, _environment(COURSE, "/tmp"), names, f"{PREFIX}{os.getpid()}-")
        try:
            with Sandbox(bundle, Limits(), nursery=made) as trial:
                if trial.start(None).wait(TRIAL):
                    raise OSError(trial.said.decode(errors="replace"))
        except BaseException as error:
            made.close()
            raise OSError(f"the nursery's trial failed: {error}") from None
        return made

    return warm.nursery("kernel", bundle, template, make)


def _own_user() -> int:
    """Return a user id that belongs to no person, and to no other job on this machine."""
    number = (os.getpid() << 8) + next(_slots) % 256
    for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines():
        first, _, count = map(int, line.split())
        if first <= 1 << 30 < first + count - (1 << 30):
            return (1 << 30) + number
    return 20_000 + number % 40_000


def _filter() -> int | None:
    """Return a file, open at its start, that holds the filter on system calls; None without one."""
    program = syscalls.program()
    if program is None:
        return None
    number = os.memfd_create("filter")
    os.write(number, program)
    os.lseek(number, 0, os.SEEK_SET)
    return number


@cache
def _no_more_namespaces() -> bool:
    """Whether bubblewrap can keep those inside from making namespaces (0.8.0 and later)."""
    told = subprocess.run(["bwrap", "--help"], capture_output=True, encoding="utf-8", check=False)
    return "--disable-userns" in told.stdout


def _usage(pid: int, sandboxed: bool, forked: bool = False) -> tuple[int, float, int]:
    """Return memory, in bytes, and processor time, in seconds, of a process and its descendants.

    Memory is what their address spaces hold and, since that need not be mapped at all, what is in
    files that have no name (``memfd``, or deleted while open), in sockets and in pipes.  Third
    comes the number of files in the sandbox's file systems.
    """
    memory, seconds, files = 0, 0.0, 0
    nameless: dict[int, int] = {}  # by inode, so that what two have open counts once
    gone = psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(pid)
        for each in [family, *family.children(recursive=True)]:
            with contextlib.suppress(*gone):
                seconds += sum(each.cpu_times()[:4])  # its own and its dead children's
                used, place = each.memory_info().rss, f"/proc/{each.pid}"
                if not used:  # its first thread has ended; others may go on
                    used, place = _living_thread(each.pid)
                memory += used
                # Bubblewrap's two are closed, and so is the first process of a fork's namespaces.
                if used and pid != each.pid and (forked or pid != each.ppid()):
                    try:
                        nameless |= _nameless(place)
                        if sandboxed and not files:
                            files = _files(f"{place}/root")
                            memory += 2 * _queued(f"{place}/net")  # as packets, with their heads
                    except PermissionError:
                        if each.memory_info().rss:  # or it has ended meanwhile
                            raise
    return memory + sum(nameless.values()), seconds, files


def _files(root: str) -> int:
    """Return how many files the file systems in memory hold below a root."""
    return sum(told.f_files - told.f_ffree for told in (os.statvfs(root + at) for at in IN_MEMORY))


def _queued(place: str) -> int:
    """Return how many bytes wait in a network namespace's TCP connections: these buffers grow."""
    total = 0
    for name in ("tcp", "tcp6"):
        with contextlib.suppress(FileNotFoundError), open(
                f"{place}/{name}", encoding="ascii") as file:
            for line in list(file)[1:]:
                total += sum(int(each, 16) for each in line.split()[4].split(":"))
    return total


@cache
def _socket_buffer() -> int:
    """Return how many bytes wait in a socket at most; the filter refuses larger ones."""
    return int(Path("/proc/sys/net/core/wmem_default").read_text(encoding="ascii"))


def _living_thread(pid: int) -> tuple[int, str]:
    """Return the memory of a process as a thread of it that goes on has it, and its place."""
    for thread in os.scandir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            pages = int(Path(thread.path, "statm").read_text(encoding="ascii").split()[1])
            if pages:
                return pages * os.sysconf("SC_PAGE_SIZE"), thread.path
    return 0, ""


def _nameless(place: str) -> dict[int, int]:
    """Return the sizes of the files without a name that a process has open or shares a map of.

    Sockets and pipes are such files, and count as if they were full.
    """
    found: dict[int, int] = {}
    for entry in os.scandir(f"{place}/fd"):
        with contextlib.suppress(FileNotFoundError):
            about = entry.stat()
            if about.st_nlink == 0:
                found[about.st_ino] = about.st_blocks * 512
            elif stat.S_ISSOCK(about.st_mode):
                found[about.st_ino] = _socket_buffer()
            elif stat.S_ISFIFO(about.st_mode):
                found[about.st_ino] = PIPE
    with open(f"{place}/maps", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.endswith(" (deleted)\n"):
                pages, rights, _, _, inode, *_ = line.split()
                first, last = (int(each, 16) for each in pages.split("-"))
                if rights.endswith("s"):
                    found[int(inode)] = max(found.get(int(inode), 0), last - first)
    return found


def _strewn(folder: Path) -> bool:
    """Whether the folder for sockets holds anything but these and some small files."""
    total = 0
    for entry in os.scandir(folder):
        with contextlib.suppress(FileNotFoundError):
            total += (1 << 18) + entry.stat(follow_symlinks=False).st_size
            if entry.is_dir(follow_symlinks=False):
                return True
    return total > 4 << 20


def plain_limits(limits: Limits) -> dict[str, Any]:
    """Return limits as plain data, for a worker elsewhere."""
    return asdict(limits)
