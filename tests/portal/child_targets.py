"""Functions that test_child.py calls inside the limited child process."""

import os
import socket
import subprocess
import sys
import time

from portal.child import InputRefused


def echo(*args):
    sys.stdout.write("what a library prints does not reach the answer")
    return list(args)


def modules():
    return sorted(sys.modules)


def environment():
    return dict(os.environ)


def sleep(seconds):
    time.sleep(seconds)


def spin():
    while True:
        pass


def hoard(megabytes):
    return len(bytearray(megabytes * 1024 * 1024))


def refuse():
    raise InputRefused("row_number_missing", "no number", row=7, column="Recommendation")


class Refusal(Exception):
    code = "layout"

    def __init__(self):
        super().__init__()
        self.where = {"found": ["a", "b"]}


def refuse_without_the_portal():
    raise Refusal


def fail():
    raise ValueError("the reason for the log")


def die():
    os._exit(3)


def unsendable():
    return object()


def connect():
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def start_a_program():
    subprocess.run([sys.executable, "-V"], check=True)
