"""The filter on system calls: read as the kernel reads it, and tried in the kernel."""

import platform
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from course_staff.grading import syscalls

MACHINES = ("x86_64", "aarch64")
ALLOW = syscalls.ALLOW
ALWAYS = {"x86_64": {"read": 0, "write": 1, "mmap": 9, "execve": 59, "futex": 202, "exit": 60,
                     "setuid": 105, "prctl": 157, "memfd_create": 319, "wait4": 61},
          "aarch64": {"read": 63, "write": 64, "mmap": 222, "execve": 221, "futex": 98, "exit": 93,
                      "setuid": 146, "prctl": 167, "memfd_create": 279, "wait4": 260}}


def verdict(program, number, arguments=(), machine=None, audit=None):
    """Run the program as the kernel does: every instruction in turn, jumps forward only."""
    audit = syscalls.AUDIT[machine] if audit is None else audit
    data = struct.pack("=IIQ6Q", number, audit, 0, *[*arguments, 0, 0, 0, 0, 0, 0][:6])
    lines, place, held = list(struct.iter_unpack("=HBBI", program)), 0, None
    while True:
        code, yes, no, value = lines[place]
        place += 1
        if code == syscalls.LOAD:
            held, = struct.unpack_from("=I", data, value)
        elif code == syscalls.RETURN:
            return value
        else:
            holds = {syscalls.EQUAL: held == value, syscalls.AT_LEAST: held >= value,
                     syscalls.ANY_BIT: bool(held & value)}[code]
            place += yes if holds else no


@pytest.mark.parametrize("machine", MACHINES)
def test_what_no_lesson_needs_is_refused_and_the_rest_is_not(machine):
    program, known = syscalls.program(machine), syscalls.numbers(machine)

    def of(name, *arguments):
        return verdict(program, known[name], arguments, machine)

    for name in known.keys() - set(syscalls.CLOSER):
        assert of(name) == syscalls.REFUSE, name
    refused = {known[name] for name in known.keys() - set(syscalls.CLOSER)}
    closer = {known[name] for name in syscalls.CLOSER}
    for number in set(range(500)) - refused - closer:
        assert verdict(program, number, (), machine) == ALLOW, number
    for name, number in ALWAYS[machine].items():
        assert verdict(program, number, (), machine) == ALLOW, name
    assert of("clone3") == syscalls.UNKNOWN
    thread = 0x3D0F00  # what glibc's pthread_create asks for
    assert of("clone", thread) == of("clone", 17) == ALLOW
    for bit in (0x20000, *(1 << place for place in range(25, 31))):
        assert of("clone", 17 | bit) == syscalls.REFUSE, hex(bit)
    assert [family for family in range(60) if of("socket", family, 1, 3) == ALLOW] == [1, 2, 10]
    assert [kind for kind in range(30) if of("socket", 16, 3, kind) == ALLOW] == [0]
    assert [family for family in range(60) if of("socketpair", family) == ALLOW] == [1]
    for name, argument in syscalls.SIGNALS.items():
        for signal in range(1, 65):
            asked = of(name, *[77] * argument, signal)
            assert asked == (syscalls.REFUSE if signal == 9 else ALLOW), (name, signal)
    refused = [(level, option) for level in range(5) for option in range(70)
               if of("setsockopt", 3, level, option) == syscalls.REFUSE]
    assert refused == [(1, 7), (1, 32)]
    assert of("ioctl", 0, 0x5412) == syscalls.REFUSE and of("ioctl", 0, 0x5413) == ALLOW


def test_other_ways_to_call_are_closed():
    program = syscalls.program("x86_64")
    assert verdict(program, 0, machine="x86_64", audit=0x40000003) == syscalls.KILL  # 32 bits
    for number in (272, 1, 59):
        assert verdict(program, syscalls.X32 + number, (), "x86_64") == syscalls.REFUSE
    assert syscalls.program("riscv64") is None


@pytest.mark.parametrize("machine", MACHINES)
def test_it_is_a_program_that_the_kernel_takes(machine):
    program = syscalls.program(machine)
    lines = list(struct.iter_unpack("=HBBI", program))
    assert len(program) % 8 == 0 and len(lines) < 4096  # BPF_MAXINSNS
    for place, (code, yes, no, _) in enumerate(lines):
        if code in (syscalls.EQUAL, syscalls.AT_LEAST, syscalls.ANY_BIT):
            assert place + 1 + max(yes, no) < len(lines)
    assert lines[-1][0] == syscalls.RETURN


@pytest.mark.parametrize("machine, header", [
    ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    ("aarch64", "/usr/include/asm-generic/unistd.h")])
def test_the_numbers_are_those_of_the_systems_own_headers(machine, header):
    if not Path(header).exists():
        return  # they come with a compiler
    text = Path(header).read_text(encoding="utf-8")
    listed = {name: int(number) for name, number in
              re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s", text)}
    known = syscalls.numbers(machine)
    assert {name: listed[name] for name in known.keys() & listed.keys()} == {
        name: known[name] for name in known.keys() & listed.keys()}
    assert len(known.keys() & listed.keys()) > 0.9 * len(known)


PROBE = """
import ctypes, errno, socket, threading, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    ctypes.set_errno(0)
    return errno.errorcode.get(ctypes.get_errno(), "ok") if libc.syscall(
        number, *map(ctypes.c_long, arguments)) < 0 else "ok"
for number in map(int, sys.argv[1:]):
    print(number, call(number, 0, 0, 0, 0, 0))
try:
    socket.socket(socket.AF_VSOCK)
    print("vsock ok")
except OSError as error:
    print("vsock", errno.errorcode[error.errno])
a, b = socket.socketpair()
thread = threading.Thread(target=a.send, args=[b"x"])
thread.start(); thread.join()
import os
try:
    os.kill(os.getpid(), 9)
except PermissionError:
    print("not killed")
print("works", b.recv(1), subprocess.run(["true"]).returncode)
"""


@pytest.mark.sandbox
@pytest.mark.skipif(shutil.which("bwrap") is None or platform.machine() not in syscalls.AUDIT,
                    reason="bubblewrap sets the filter")
def test_the_kernel_does_what_the_program_says(tmp_path):
    known = syscalls.numbers(platform.machine())
    tried = ["shmget", "unshare", "io_uring_setup", "add_key", "keyctl", "bpf", "mq_open",
             "userfaultfd", "memfd_secret", "fsopen", "ptrace"]
    with open(tmp_path / "filter", "w+b") as file:
        file.write(syscalls.program())
        file.seek(0)
        done = subprocess.run(
            ["bwrap", "--dev-bind", "/", "/", "--seccomp", str(file.fileno()), sys.executable, "-c",
             PROBE, *(str(known[name]) for name in [*tried, "clone3"])],
            pass_fds=[file.fileno()], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[:len(tried)] == [f"{known[name]} EPERM" for name in tried]
    assert said[len(tried)] == f"{known['clone3']} ENOSYS"
    assert said[-3:] == ["vsock EPERM", "not killed", "works b'x' 0"]
