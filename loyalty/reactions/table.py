"""One table says who reacts to what, in which order; tests prove that its graph has no circle."""

from loyalty.kernel.events import Reactions
from loyalty.leaderboard.events import BoardPublished
from loyalty.patients.events import ConsentChanged, PatientRegistered
from loyalty.points.events import PointsChanged
from loyalty.reactions import ladder, notices, settling, standing
from loyalty.referrals.events import HalfReached, HalfReversed, ReferralAdvanced
from loyalty.rewards.events import RedemptionEnded, RedemptionReady, RewardRedeemed
from loyalty.tiers.events import TierFallAnnounced, TierReached
from loyalty.visits.events import (
    AppointmentRequested,
    CompletionUndone,
    VisitArrived,
    VisitBooked,
    VisitCancelled,
    VisitCompleted,
    VisitRefunded,
)

REACTIONS: Reactions = {
    PatientRegistered: (standing.give_invite_code,),
    ConsentChanged: (standing.review_board_names,),
    AppointmentRequested: (notices.thank_for_request,),
    VisitBooked: (standing.advance_referral, notices.tell_booked),
    VisitArrived: (standing.advance_referral,),
    VisitCancelled: (settling.release_offers,),
    # Points come first: they are earned in the tier that the patient had when she came.
    VisitCompleted: (standing.earn_points, standing.advance_referral, standing.review_visitor),
    VisitRefunded: (
        settling.give_parts_back,
        standing.take_points_back,
        standing.advance_referral,
        standing.review_visitor,
    ),
    CompletionUndone: (settling.take_visit_back, standing.advance_referral, standing.review_visitor),
    PointsChanged: (notices.tell_points,),
    HalfReached: (standing.give_half,),
    HalfReversed: (standing.take_half_back,),
    BoardPublished: (standing.thank_ambassadors,),
    ReferralAdvanced: (standing.review_referrer, notices.tell_referrer),
    TierReached: (ladder.give_entry_gifts, notices.tell_tier),
    TierFallAnnounced: (notices.tell_tier_fall,),
    RewardRedeemed: (),
    RedemptionReady: (notices.tell_ready,),
    RedemptionEnded: (),
}
