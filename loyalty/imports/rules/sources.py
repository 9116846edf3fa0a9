"""How a new patient came, from what stands in a file: a channel, by chance, or sent by somebody (F18)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from loyalty.imports.rules.names import search_key
from loyalty.imports.rules.outcome import PatientData

LONGEST_TEXT: Final = 40

_KINDS = {
    "walk_in": "walk in|walkin|passer by|passing by|đi ngang qua|vãng lai|khách vãng lai|tự đến|tự tìm đến"
    "|проходил мимо|проходила мимо|сам пришел|сам пришёл|сама пришла|с улицы|самотек|самотёк"
    "|路过|自来|自己来",
    "referral": "referral|referred|friend|family|word of mouth|giới thiệu|bạn bè|bạn bè giới thiệu"
    "|người quen|người quen giới thiệu|рекомендация|по рекомендации|друзья|знакомые|сарафанное радио"
    "|朋友介绍|朋友推荐|介绍|推荐|老客户介绍",
}
_CHANNELS = {
    "facebook": "facebook|fb|fanpage|фейсбук|脸书",
    "google": "google|gg|гугл|谷歌",
    "zalo": "zalo",
    "tiktok": "tiktok|tik tok|тикток|抖音|douyin",
    "instagram": "instagram|insta|инстаграм",
    "youtube": "youtube|ютуб",
    "website": "website|web|site|trang web|сайт|网站|官网",
    "wechat": "wechat|weixin|微信",
    "xiaohongshu": "xiaohongshu|小红书",
    "baidu": "baidu|百度",
    "vk": "vk|vkontakte|вк|вконтакте",
    "yandex": "yandex|яндекс",
    "telegram": "telegram|телеграм",
    "2gis": "2gis|2гис",
}


def _by_key(named: Mapping[str, str]) -> dict[str, str]:
    return {search_key(word): name for name, words in named.items() for word in words.split("|")}


_KIND_OF, _CHANNEL_OF = _by_key(_KINDS), _by_key(_CHANNELS)
_LONG_NUMBER = re.compile(r"\+?\d[\d .()\-]{6,20}\d")


@dataclass(frozen=True, slots=True)
class Source:
    """``kind`` is channel or walk_in; None while nobody knows, then ``text`` keeps what stood there."""

    kind: str | None = None
    text: str | None = None


def source_of(patient: PatientData) -> Source:
    """The source that can be told from the row alone; a person's name is looked up when all rows are in."""
    if patient.referrer:
        return _by_word(patient.referrer) or Source(None, patient.referrer[:LONGEST_TEXT])
    if not patient.source or _KIND_OF.get(search_key(patient.source)) == "referral":
        return Source()
    return _by_word(patient.source) or Source("channel", patient.source[:LONGEST_TEXT])


def names_a_person(patient: PatientData) -> bool:
    """Whether the row says who sent the patient."""
    return patient.referrer is not None and _by_word(patient.referrer) is None


def _by_word(text: str) -> Source | None:
    key = search_key(text)
    if _KIND_OF.get(key) == "walk_in":
        return Source("walk_in")
    # "google ads", "ZALO OA": the first word that names a channel does.
    words = (key, *key.split())
    named = next((_CHANNEL_OF[word] for word in words if word in _CHANNEL_OF), None)
    return Source("channel", named) if named else None


def numbers_in(text: str) -> list[str]:
    """What may be phone numbers within free text ("chị B giới thiệu 091.000.0003")."""
    return [found.group() for found in _LONG_NUMBER.finditer(text)]
