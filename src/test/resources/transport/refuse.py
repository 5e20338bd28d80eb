"""Runs a command as a container's seccomp profile may: the named calls of io_uring fail with EPERM.

usage: refuse.py CALL,… COMMAND ARGUMENT…
"""

import ctypes
import os
import struct
import sys

CALLS = {"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427}
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH_EPERM = 0x7FFF0000, 0x00050001


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def instruction(code, if_true, if_false, value):
    return struct.pack("HBBI", code, if_true, if_false, value)


program = instruction(LOAD, 0, 0, 0)
for name in sys.argv[1].split(","):
    program += instruction(JUMP_IF_EQUAL, 0, 1, CALLS[name])
    program += instruction(RETURN, 0, 0, FAIL_WITH_EPERM)
program += instruction(RETURN, 0, 0, ALLOW)
memory = ctypes.create_string_buffer(program)
seccomp = Filter(len(program) // 8, ctypes.addressof(memory))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
    PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(seccomp), 0, 0
):
    sys.exit(f"no seccomp filter can be set: {os.strerror(ctypes.get_errno())}")
os.execvp(sys.argv[2], sys.argv[2:])
