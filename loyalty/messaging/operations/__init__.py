"""Writing messages: queueing, claiming for sending, recording the end, deciding what is uncertain."""

from loyalty.messaging.operations.claiming import Claimed, Wording, claim_message
from loyalty.messaging.operations.finishing import decide_uncertain, finish_message, release_stale
from loyalty.messaging.operations.queueing import TO_SEND, queue_login_code, queue_message

__all__ = [
    "TO_SEND",
    "Claimed",
    "Wording",
    "claim_message",
    "decide_uncertain",
    "finish_message",
    "queue_login_code",
    "queue_message",
    "release_stale",
]
