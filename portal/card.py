"""The membership card's code, full screen; the service worker keeps it for the times without a connection."""

from flask import Response

from portal import blueprint
from portal.membership import card_of
from web.access import patient_required
from web.identity import current_patient
from web.pages import render_page


@blueprint.get("/card")
@patient_required
def card() -> Response:
    """The code as reception scans it."""
    return render_page("portal/card.html", card=card_of(current_patient()), offline_card=True)
