"""Closed words of a file in four languages: status, sex, language (rules I1, C12)."""

from typing import Final

from loyalty.imports.rules.names import search_key

STATUSES: Final = ("booked", "arrived", "completed", "cancelled", "no_show", "refund")

_STATUS_WORDS = {
    "completed": "completed|complete|done|finished|success|succeeded|happened|fulfilled|paid|closed|visited"
    "|đã khám|hoàn thành|đã hoàn thành|hoàn tất|xong|đã thanh toán|завершен|завершён|завершено|состоялся"
    "|состоялась|выполнен|принят|оплачено|оплачен|已完成|完成|已就诊|就诊|已支付",
    "cancelled": "cancelled|canceled|cancel|failed|void|đã hủy|đã huỷ|hủy|huỷ|отменен|отменён|отменено|отмена"
    "|отменена|已取消|取消|已作废|entered in error",
    "no_show": "no show|noshow|missed|absent|không đến|vắng|vắng mặt|bỏ hẹn|неявка|не пришел|не пришёл"
    "|не пришла|не явился|爽约|未到|未就诊",
    "booked": "booked|scheduled|planned|pending|confirmed|requested|đã đặt|đặt lịch|đã hẹn|đã đặt lịch"
    "|chờ khám|записан|записана|запланирован|запланировано|ожидается|已预约|预约|待就诊",
    "arrived": "arrived|checked in|in progress|đã đến|đang khám|пришел|пришёл|пришла|прибыл|на приеме"
    "|на приёме|已到|到诊|已签到|就诊中",
    "refund": "refund|refunded|hoàn tiền|đã hoàn tiền|trả lại tiền|возврат|возвращено|возвращен"
    "|退款|已退款|退费",
}
_SEX_WORDS = {
    "female": "f|female|woman|w|nữ|đàn bà|ж|жен|женский|женщина|女|女性",
    "male": "m|male|man|nam|đàn ông|м|муж|мужской|мужчина|男|男性",
    "other": "other|o|khác|giới tính khác|другой|иной|其他|x",
}
_LANGUAGE_WORDS = {
    "vi": "vi|vie|vietnamese|tiếng việt|việt|вьетнамский|越南语",
    "zh": "zh|zho|chi|cn|chinese|mandarin|tiếng trung|tiếng hoa|китайский|中文|汉语|普通话",
    "ru": "ru|rus|russian|tiếng nga|русский|俄语",
    "en": "en|eng|english|tiếng anh|английский|英语",
}


def _by_key(words: dict[str, str]) -> dict[str, str]:
    return {search_key(word): meaning for meaning, listed in words.items() for word in listed.split("|")}


_STATUS, _SEX, _LANGUAGE = _by_key(_STATUS_WORDS), _by_key(_SEX_WORDS), _by_key(_LANGUAGE_WORDS)


def read_status(raw: str) -> str | None:
    """One of STATUSES, or None for a word nobody knows."""
    return _STATUS.get(search_key(raw))


def read_sex(raw: str) -> str | None:
    """``female``, ``male``, ``other``, or None for a word nobody knows."""
    return _SEX.get(search_key(raw))


def read_language(raw: str) -> str | None:
    """``vi``, ``zh``, ``ru`` or ``en`` from a name or a tag such as vi_VN; None for another language."""
    key = search_key(raw)
    return _LANGUAGE.get(key) or _LANGUAGE.get(key.split(" ")[0])


def region_of_tag(raw: str) -> str | None:
    """The two-letter region at the end of a language tag (``vi_VN``), upper case, else None."""
    parts = search_key(raw).split(" ")
    return read_region(parts[-1]) if len(parts) > 1 else None


def read_region(raw: str) -> str | None:
    """A two-letter region (``VN``), upper case, else None."""
    region = raw.strip().upper()
    return region if len(region) == 2 and region.isascii() and region.isalpha() else None
