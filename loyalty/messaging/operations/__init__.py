"""Writing messages: queueing, claiming for sending, recording the end, deciding what is uncertain."""

from loyalty.messaging.operations.queueing import TO_SEND, queue_login_code, queue_many, queue_message

__all__ = ["TO_SEND", "queue_login_code", "queue_many", "queue_message"]
