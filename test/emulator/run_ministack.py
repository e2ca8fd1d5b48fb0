"""MiniStack that reaches loopback alone and never outlives who started it.

By itself it listens on every interface, opens listeners of its own (MQTT on 8883 where `cryptography` is installed, SFTP,
PostgreSQL) and sends to addresses that its resources name (SNS subscribers, issuers, mail hosts). An audit hook sees each
of these in this process before it happens, cannot be taken off again (PEP 578), and refuses whatever is not loopback.
The functions that MiniStack runs are processes of their own, which the hook does not see.
"""

import errno
import ipaddress
import os
import runpy
import shutil
import signal
import sys
import tempfile
import threading

ADDRESS_EVENTS = {"socket.bind", "socket.connect", "socket.sendto", "socket.sendmsg"}
NAME_EVENTS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


def is_loopback(host):
    if host is None or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def keep_to_loopback(event, arguments):
    if event in ADDRESS_EVENTS:
        address = arguments[1]
        # Anything but a tuple is the path of a socket in the file system, or no address at all.
        host = address[0] if isinstance(address, tuple) else None
    elif event in NAME_EVENTS:
        host = arguments[0]
    else:
        return
    if not is_loopback(host):
        raise PermissionError(errno.EPERM, f"{event} of {host!r} is refused: the emulator keeps to loopback")


def end_with_standard_input(scratch):
    while sys.stdin.buffer.read(1024):
        pass
    shutil.rmtree(scratch, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if os.getpgrp() != os.getpid():
    sys.exit("run_ministack.py ends its whole process group, so it has to lead one: ministack.ts starts it so.")
scratch = tempfile.mkdtemp(prefix="ministack-")
tempfile.tempdir = scratch
os.environ.update(HOME=scratch, TMPDIR=scratch, STATE_DIR=f"{scratch}/state", S3_DATA_DIR=f"{scratch}/s3")
sys.addaudithook(keep_to_loopback)
threading.Thread(target=end_with_standard_input, args=[scratch], daemon=True).start()

# What a suite puts in the place of something that MiniStack lacks.
if "STAND_INS" in os.environ:
    runpy.run_path(os.environ["STAND_INS"])

from ministack.app import main  # noqa: E402

main()
