"""The patient's way in: her phone, the code sent to it, and whose record to open when a family shares it."""

from datetime import datetime

from flask import Response, current_app, request, session

from loyalty.access.operations import count_try, request_code, verify_code
from loyalty.access.queries import Person
from loyalty.access.rules.limits import LIMITS
from loyalty.kernel import clock
from loyalty.kernel.codes import new_token
from loyalty.kernel.localized import LANGUAGES
from loyalty.kernel.refusal import Refusal
from loyalty.messaging.operations import queue_login_code
from portal import blueprint
from portal.login_forms import CodeForm, PhoneForm
from portal.whose_card import let_in
from web.access import patient_required, public
from web.extensions import db
from web.i18n import current_language, remember_language
from web.identity import address, current_patient_or_none, log_out
from web.pages import go_to, redirect_or_fragment, render_page, safe_path
from web.transactions import commits, commits_in_steps, transaction

TOO_EARLY = {"too_many_tries": 429, "codes_exhausted": 429}


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
            return let_in(database, phone, now)
    except Refusal as refusal:
        form.refuse(refusal)
        return _code_page(form, TOO_EARLY.get(refusal.code, 422))


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
