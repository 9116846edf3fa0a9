"""Who may open what: the one table of all routes. A route that is missing here fails the suite.

Written by hand and on its own, so that a view opened wider by mistake does not open its test with it.
"""

from loyalty.clinic.rules.roles import Permission as P

PUBLIC, PATIENT, STAFF, API = "public", "patient", "staff", "api"

ACCESS: dict[str, str] = {
    # The site itself
    "static": PUBLIC,
    "vendored_file": PUBLIC,
    "site.healthz": PUBLIC,
    "site.readyz": PUBLIC,
    "site.manifest": PUBLIC,
    "site.service_worker": PUBLIC,
    "site.robots": PUBLIC,
    "site.outbox": PUBLIC,
    # Friends and everybody
    "portal.landing": PUBLIC,
    "portal.remembered_landing": PUBLIC,
    "portal.claim": PUBLIC,
    "portal.thanks": PUBLIC,
    "portal.public_board": PUBLIC,
    "portal.set_language": PUBLIC,
    # Patients on their way in
    "portal.login": PUBLIC,
    "portal.send_code": PUBLIC,
    "portal.login_code": PUBLIC,
    "portal.check_code": PUBLIC,
    "portal.send_code_again": PUBLIC,
    "portal.choose_patient": PUBLIC,
    "portal.open_patient": PUBLIC,
    # Patients
    "portal.home": PATIENT,
    "portal.card": PATIENT,
    "portal.points": PATIENT,
    "portal.badges": PATIENT,
    "portal.invite": PATIENT,
    "portal.invite_qr": PATIENT,
    "portal.invite_cards": PATIENT,
    "portal.show_name": PATIENT,
    "portal.invitations": PATIENT,
    "portal.leaderboard": PATIENT,
    "portal.visits": PATIENT,
    "portal.confirm_visit": PATIENT,
    "portal.request_appointment": PATIENT,
    "portal.me": PATIENT,
    "portal.save_profile": PATIENT,
    "portal.save_language": PATIENT,
    "portal.save_consent": PATIENT,
    "portal.nickname": PATIENT,
    "portal.end_login": PATIENT,
    "portal.logout": PATIENT,
    # Staff on their way in
    "admin.login": PUBLIC,
    "admin.check_password": PUBLIC,
    "admin.totp": PUBLIC,
    "admin.check_totp": PUBLIC,
    "admin.totp_setup": PUBLIC,
    "admin.confirm_setup": PUBLIC,
    "admin.set_password": PUBLIC,
    "admin.save_password": PUBLIC,
    "admin.logout": STAFF,
    # The desk
    "admin.today": P.SEE_TODAY,
    "admin.patients": P.SEE_PATIENTS,
    "admin.patient": P.SEE_PATIENTS,
    "admin.new_patient": P.EDIT_PATIENTS,
    "admin.create_patient": P.EDIT_PATIENTS,
    "admin.edit_patient": P.EDIT_PATIENTS,
    "admin.save_patient": P.EDIT_PATIENTS,
    "admin.save_source": P.EDIT_PATIENTS,
    "admin.reveal_phone": P.SEE_PHONES,
    "admin.requests": P.REGISTER_VISITS,
    "admin.close_request": P.REGISTER_VISITS,
    "admin.book": P.REGISTER_VISITS,
    "admin.save_booking": P.REGISTER_VISITS,
    "admin.visits": P.SEE_PATIENTS,
    "admin.visit": P.SEE_PATIENTS,
    "admin.confirm": P.REGISTER_VISITS,
    "admin.arrive": P.REGISTER_VISITS,
    "admin.cancel": P.REGISTER_VISITS,
    "admin.mark_no_show": P.REGISTER_VISITS,
    "admin.register_visit": P.REGISTER_VISITS,
    "admin.save_visit": P.REGISTER_VISITS,
    "admin.quote": P.REGISTER_VISITS,
    "admin.registered": P.REGISTER_VISITS,
    "admin.refund": P.REFUND_VISITS,
    "admin.save_refund": P.REFUND_VISITS,
    # Referrals and boards
    "admin.referrals": P.SEE_REFERRALS,
    "admin.referral": P.SEE_REFERRALS,
    "admin.attribute": P.ATTRIBUTE_REFERRALS,
    "admin.save_referrer": P.ATTRIBUTE_REFERRALS,
    "admin.decide_flagged": P.ATTRIBUTE_REFERRALS,
    "admin.leaderboards": P.SEE_LEADERBOARD,
    "admin.leaderboard": P.SEE_LEADERBOARD,
    "admin.decide_nickname": P.REVIEW_NICKNAMES,
    "admin.publish": P.PUBLISH_LEADERBOARD,
    "admin.redraft": P.PUBLISH_LEADERBOARD,
    # Messages
    "admin.messages": P.SEE_MESSAGES,
    "admin.settle_message": P.SEE_MESSAGES,
    # Files
    "admin.imports": P.IMPORT_FILES,
    "admin.upload_import": P.IMPORT_FILES,
    "admin.import_preview": P.IMPORT_FILES,
    "admin.import_run": P.IMPORT_FILES,
    "admin.import_stop": P.IMPORT_FILES,
    "admin.import_batch": P.IMPORT_FILES,
    "admin.import_rejects": P.IMPORT_FILES,
    # The house
    "admin.health": P.SEE_HEALTH,
    "admin.audit": P.SEE_AUDIT,
    "admin.settings": P.CHANGE_SETTINGS,
    "admin.edit_setting": P.CHANGE_SETTINGS,
    "admin.preview_setting": P.CHANGE_SETTINGS,
    "admin.save_setting": P.CHANGE_SETTINGS,
    "admin.staff": P.MANAGE_STAFF,
    "admin.new_staff": P.MANAGE_STAFF,
    "admin.staff_link": P.MANAGE_STAFF,
    "admin.disable_account": P.MANAGE_STAFF,
    "admin.enable_account": P.MANAGE_STAFF,
    # The medical system
    "api.openapi": PUBLIC,
    "api.get_patient": API,
    "api.put_patient": API,
    "api.get_membership": API,
    "api.get_ledger": API,
    "api.get_visit": API,
    "api.put_visit": API,
    "api.post_refund": API,
    "api.post_quote": API,
}

#: Public pages that lead on while the step before them is missing, or have nothing to show: their status.
ELSEWHERE = {
    "portal.thanks": 303,
    "portal.remembered_landing": 404,
    "portal.login_code": 303,
    "portal.choose_patient": 303,
    "admin.totp": 303,
    "admin.totp_setup": 303,
}

#: POST routes that leave the tables alone: they work something out for a page, or set a cookie.
WITHOUT_COMMIT = {"admin.quote", "admin.preview_setting", "portal.set_language"}
