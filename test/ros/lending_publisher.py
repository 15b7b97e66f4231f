# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A publisher that lends, as camera drivers of boards do: it fills each message in the middleware's memory.

rclpy has no such publisher, so this one calls rcl itself.
"""

import ctypes

import numpy as np
from rclpy.serialization import serialize_message

rcl = ctypes.CDLL("librcl.so")
rcl.rcl_borrow_loaned_message.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)]
rcl.rcl_publish_loaned_message.argtypes = [ctypes.c_void_p] * 3
rcl.rcl_publisher_can_loan_messages.argtypes = [ctypes.c_void_p]
rcl.rcl_publisher_can_loan_messages.restype = ctypes.c_bool

_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
_capsule_pointer.restype = ctypes.c_void_p


class LendingPublisher:
    """Publishes loans through the handle of an rclpy publisher."""

    def __init__(self, publisher):
        self.publisher = publisher
        kind = publisher.msg_type
        kind.__class__.__import_type_support__()
        self._type_support = _capsule_pointer(kind.__class__._TYPE_SUPPORT, None)
        assert rcl.rcl_publisher_can_loan_messages(publisher.handle.pointer), "the middleware lends no such messages"

    def publish(self, message):
        """Publish a message of numbers and fixed arrays."""
        # The C struct is the serialized message without its header.
        content = np.frombuffer(serialize_message(message), np.uint8)[4:]
        loan = ctypes.c_void_p()
        with self.publisher.handle:
            pointer = self.publisher.handle.pointer
            assert rcl.rcl_borrow_loaned_message(pointer, self._type_support, ctypes.byref(loan)) == 0
            ctypes.memmove(loan, content.ctypes.data, content.size)
            assert rcl.rcl_publish_loaned_message(pointer, loan, None) == 0
