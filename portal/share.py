"""Ready-made words for an invitation, and the ways to send them: plain links, nothing is sent by us."""

from dataclasses import dataclass
from urllib.parse import quote

from flask_babel import force_locale
from flask_babel import gettext as _

TONES = ("personal", "short", "family")

#: Which ways people of a language really use; the first stands first.
_WAYS = {
    "vi": ("zalo", "messenger", "sms"),
    "zh": ("wechat", "sms"),
    "ru": ("whatsapp", "telegram", "viber", "sms"),
    "en": ("whatsapp", "telegram", "viber", "sms"),
}
#: way -> (sign, address with {text} and {link}); brand names are the same in every language.
_LINKS = {
    "zalo": ("Z", "https://zalo.me/"),
    "wechat": ("微", "weixin://"),
    "messenger": ("M", "fb-messenger://share/?link={link}"),
    "whatsapp": ("W", "https://wa.me/?text={text}"),
    "telegram": ("T", "https://t.me/share/url?url={link}&text={words}"),
    "viber": ("V", "viber://forward?text={text}"),
    "sms": ("S", "sms:?&body={text}"),
}
#: Apps that open without the text: it is copied first and pasted there.
PASTED = ("zalo", "wechat", "messenger")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to send: ``copies`` when the app takes no text along and the person pastes it."""

    code: str
    sign: str
    name: str
    href: str
    copies: bool


def words(tone: str, language: str, *, clinic: str, percent: int) -> str:
    """The invitation's words in a language, without the link. An unknown tone is a KeyError."""
    with force_locale(language):
        texts = {
            "personal": _(
                "I go to %(clinic)s myself and feel well looked after there. I have a gift card for you: "
                "registration is free and your first examination is %(percent)s%% off.",
                clinic=clinic,
                percent=percent,
            ),
            "short": _(
                "A gift card for you from %(clinic)s: free registration and %(percent)s%% off "
                "your first examination.",
                clinic=clinic,
                percent=percent,
            ),
            "family": _(
                "Our family is looked after at %(clinic)s, and I would like you to be in good hands too. "
                "With this card registration is free and the first examination is %(percent)s%% off.",
                clinic=clinic,
                percent=percent,
            ),
        }
    return texts[tone]


def ways(language: str, text: str, link: str) -> list[Way]:
    """The ways to send ``text`` and ``link`` for readers of a language."""
    filled = {
        "words": quote(text, safe=""),
        "link": quote(link, safe=""),
        "text": quote(f"{text} {link}", safe=""),
    }
    return [
        Way(code, _LINKS[code][0], _way_name(code), _LINKS[code][1].format(**filled), code in PASTED)
        for code in _WAYS[language]
    ]


def _way_name(code: str) -> str:
    names = {
        "zalo": "Zalo",
        "messenger": "Messenger",
        "whatsapp": "WhatsApp",
        "telegram": "Telegram",
        "viber": "Viber",
    }
    return names.get(code) or {"wechat": _("WeChat"), "sms": _("SMS")}[code]
