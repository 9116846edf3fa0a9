"""Writes of the visits capability."""

from loyalty.visits.operations.counting import review_visit_count
from loyalty.visits.operations.moves import (
    book_visit,
    cancel_visit,
    confirm_visit,
    mark_arrived,
    mark_no_show,
    move_visit,
)
from loyalty.visits.operations.refunds import refund_visit
from loyalty.visits.operations.requests import answer_request, close_request, request_appointment
from loyalty.visits.operations.times import change_time

__all__ = [
    "answer_request",
    "book_visit",
    "cancel_visit",
    "change_time",
    "close_request",
    "confirm_visit",
    "mark_arrived",
    "mark_no_show",
    "move_visit",
    "refund_visit",
    "request_appointment",
    "review_visit_count",
]
