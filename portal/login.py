"""The patient's way in: her phone, the code sent to it, and whose record to open when a family shares it."""

from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, request, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session
from wtforms import HiddenField, StringField
from wtforms.validators import Length

from loyalty.access.operations import count_try, request_code, verify_code
from loyalty.access.queries import Person, people_with_phone
from loyalty.access.rules.codes import CODE_DIGITS, clean_digits
from loyalty.access.rules.limits import LIMITS
from loyalty.access.rules.sessions import PATIENT
from loyalty.kernel import clock
from loyalty.kernel.codes import new_token
from loyalty.kernel.localized import LANGUAGES
from loyalty.kernel.refusal import Refusal
from loyalty.messaging.operations import queue_login_code
from portal import blueprint
from web.access import patient_required, public
from web.extensions import db
from web.forms import Form, required
from web.i18n import current_language, remember_language
from web.identity import address, current_patient_or_none, log_in, log_out
from web.pages import go_to, redirect_or_fragment, render_page, safe_path
from web.transactions import commits, commits_in_steps, transaction

CHOICE_LIFE = timedelta(minutes=10)
TOO_EARLY = {"too_many_tries": 429, "codes_exhausted": 429}


class PhoneForm(Form):
    """Where to send the code. ``next`` is the page she wanted to see."""

    refusal_fields = {"phone_unreadable": "phone"}

    phone = StringField(_l("Phone number"), validators=[required(), Length(max=40)])
    next = HiddenField()


class CodeForm(Form):
    refusal_fields = dict.fromkeys(("code_wrong", "code_expired", "code_dead", "code_foreign"), "code")

    code = StringField(_l("Security code"), validators=[required()])

    def is_complete(self) -> bool:
        """Whether six digits were typed; fewer or more are no try."""
        if not self.validate_on_submit():
            return False
        missing = CODE_DIGITS - len(clean_digits(self.code.data or ""))
        if missing > 0:
            text = ngettext(
                "The code has 6 digits. Add %(num)s more.",
                "The code has 6 digits. Add %(num)s more.",
                missing,
            )
        elif missing < 0:
            text = _("The code has 6 digits. Please type it again.")
        else:
            return True
        self.code.errors = [text]
        return False


@blueprint.get("/login")
@public
def login() -> Response:
    """Ask for the phone; who is logged in already goes on."""
    after = safe_path(request.args.get("next"), "/") or "/"
    if current_patient_or_none() is not None:
        return go_to(after)
    form = PhoneForm(next=after)
    return _phone_page(form)


def _phone_page(form: PhoneForm, status: int = 200) -> Response:
    return render_page("portal/login.html", status=status, form=form)


@blueprint.post("/login")
@public
@commits
def send_code() -> Response:
    """Send a code to a known phone. The answer never tells whether the phone is known."""
    form = PhoneForm()
    if not form.validate_on_submit():
        return _phone_page(form, 422)
    now = clock.now()
    try:
        _ask(form.phone.data or "", now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _phone_page(form, TOO_EARLY.get(refusal.code, 422))
    session["after_login"] = safe_path(form.next.data, "/")
    return redirect_or_fragment("portal.login_code")


def _ask(phone_text: str, now: datetime) -> None:
    """Make the code and queue its message; remember in the signed cookie what the next page shows."""
    database = db.session()
    asked = request_code(
        database,
        phone_text=phone_text,
        browser_token=session.setdefault("browser", new_token()),
        address=address(),
        now=now,
        secret=current_app.config["SECRET_KEY"],
    )
    if asked.people:
        queue_login_code(
            database,
            login_code_id=asked.login_code_id,
            phone=asked.phone,
            language=_language_of(asked.people),
            now=now,
            expires_at=asked.expires_at,
        )
    session["asked"] = {"phone": asked.phone, "at": now.timestamp()}


def _language_of(people: tuple[Person, ...]) -> str:
    """The language of the phone's people when they agree, else the one the page was read in."""
    spoken = {person.language for person in people}
    language = spoken.pop() if len(spoken) == 1 else None
    return language if language in LANGUAGES else current_language()


@blueprint.get("/login/code")
@public
def login_code() -> Response:
    if "asked" not in session:
        return redirect_or_fragment("portal.login")
    return _code_page(CodeForm())


def _code_page(form: CodeForm, status: int = 200) -> Response:
    asked = session.get("asked", {})
    pause = LIMITS["code.phone"][0].period.total_seconds()
    left = int(asked.get("at", 0) + pause - clock.now().timestamp())
    return render_page(
        "portal/login_code.html",
        fragment="again",
        status=status,
        form=form,
        shown_phone=_partly_hidden(asked.get("phone", "")),
        wait=max(0, left),
    )


def _partly_hidden(phone: str) -> str:
    """Enough of the number to recognise one's own: +84 905 ••• 218."""
    return f"{phone[:3]} {phone[3:6]} ••• {phone[-3:]}" if len(phone) > 9 else phone


@blueprint.post("/login/code/again")
@public
@commits
def send_code_again() -> Response:
    """Another code to the same phone; the one before it is dead then."""
    if "asked" not in session:
        return redirect_or_fragment("portal.login")
    form = CodeForm(formdata=None)
    try:
        _ask(session["asked"]["phone"], clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _code_page(form, TOO_EARLY.get(refusal.code, 422))
    return redirect_or_fragment("portal.login_code")


@blueprint.post("/login/code")
@public
@commits_in_steps
def check_code() -> Response:
    """Count the try, then compare; a right code logs in, or asks which of the phone's people it is."""
    form, now = CodeForm(), clock.now()
    if not form.is_complete():
        return _code_page(form, 422)
    try:
        with transaction() as database:
            attempt = count_try(
                database, browser_token=session.get("browser", ""), address=address(), now=now
            )
        with transaction() as database:
            secret = current_app.config["SECRET_KEY"]
            phone = verify_code(database, attempt=attempt, code=form.code.data or "", now=now, secret=secret)
            return _let_in(database, phone, now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _code_page(form, TOO_EARLY.get(refusal.code, 422))


def _let_in(database: Session, phone: str, now: datetime) -> Response:
    people = people_with_phone(database, phone)
    if len(people) == 1:
        return _open(database, people[0], now)
    after = session.get("after_login")
    session.clear()
    session["proven"] = {"phone": phone, "until": (now + CHOICE_LIFE).timestamp(), "after": after}
    return redirect_or_fragment("portal.choose_patient")


def _open(database: Session, person: Person, now: datetime) -> Response:
    after = safe_path(session.get("after_login"), "/") or "/"
    log_in(database, PATIENT, person.id, now)
    return go_to(after)


def _proven_people() -> list[Person]:
    """Whose records the phone just proven opens; nobody's once ten minutes have passed."""
    proven: dict[str, Any] = session.get("proven", {})
    if proven.get("until", 0) < clock.now().timestamp():
        return []
    return people_with_phone(db.session(), proven["phone"])


@blueprint.get("/login/who")
@public
def choose_patient() -> Response:
    """A family shares a phone: whose card shall be opened (I2)?"""
    people = _proven_people()
    if not people:
        return redirect_or_fragment("portal.login")
    return render_page("portal/login_who.html", people=people, form=Form())


@blueprint.post("/login/who")
@public
@commits
def open_patient() -> Response:
    chosen = request.form.get("patient", "")
    person = next((person for person in _proven_people() if str(person.id) == chosen), None)
    if person is None:
        return redirect_or_fragment("portal.login")
    session["after_login"] = session["proven"].get("after")
    return _open(db.session(), person, clock.now())


@blueprint.post("/logout")
@patient_required
@commits
def logout() -> Response:
    """End the session here and in the table; a kept cookie opens nothing any more."""
    log_out(db.session(), clock.now())
    return redirect_or_fragment("portal.login")


@blueprint.post("/language")
@public
def set_language() -> Response:
    """Keep the reader's choice of language in her browser."""
    back = go_to(safe_path(request.form.get("next"), "/") or "/")
    language = request.form.get("language", "")
    return remember_language(back, language) if language in LANGUAGES else back
