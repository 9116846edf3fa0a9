"""The wish that this process stop, for work that takes minutes: it looks here between two transactions."""

import threading

ASKED_TO_STOP = threading.Event()
