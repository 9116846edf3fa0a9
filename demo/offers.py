"""What points buy and what tiers bring: the reward catalogue and the benefits of each tier."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from demo.benefits import write as write_benefits
from demo.catalogue import four
from loyalty.clinic.queries import services
from loyalty.kernel.actor import Actor
from loyalty.kernel.localized import LocalizedText
from loyalty.rewards.operations import save_reward

_FAST = four(
    "Nhịn ăn 8 giờ trước khi lấy máu",
    "抽血前空腹 8 小时",
    "Не ешьте 8 часов до забора крови",
    "Please do not eat for 8 hours before",
)
_BRUSH = four(
    "Đến sớm 10 phút", "请提前 10 分钟到达", "Приходите за 10 минут", "Please come 10 minutes early"
)

#: code, kind, points, stock, lowest tier, icon, hue, name, description, preparation, details; the service of
#: ``details`` is named by its code.
REWARDS: tuple[tuple[Any, ...], ...] = (
    (
        "dental-cleaning",
        "service",
        600,
        None,
        None,
        "tooth",
        "leaf",
        four(
            "Lấy cao răng và đánh bóng", "洁牙与抛光", "Чистка и полировка зубов", "Dental scaling and polish"
        ),
        four(
            "Một lần lấy cao răng và đánh bóng tại cả hai cơ sở.",
            "可在两家门诊享受一次洁牙与抛光。",
            "Одна чистка с полировкой в любом из двух филиалов.",
            "One scaling and polish at either branch.",
        ),
        _BRUSH,
        {"service": "teeth-cleaning", "valid_days": 90},
    ),
    (
        "blood-panel",
        "service",
        900,
        None,
        None,
        "drop",
        "petal",
        four(
            "Xét nghiệm máu 18 chỉ số",
            "血液检验 18 项",
            "Анализ крови, 18 показателей",
            "Blood panel, 18 markers",
        ),
        four(
            "Kết quả có trong ngày, bác sĩ giải thích cho quý khách.",
            "当日出结果，由医生为您讲解。",
            "Результат в тот же день, врач всё объяснит.",
            "Results the same day, explained by a doctor.",
        ),
        _FAST,
        {"service": "blood-panel", "valid_days": 90},
    ),
    (
        "ultrasound",
        "service",
        350,
        None,
        None,
        "wave",
        "info",
        four("Siêu âm ổ bụng", "腹部超声", "УЗИ брюшной полости", "Abdominal ultrasound"),
        four(
            "Một lần siêu âm, có bản in kết quả.",
            "一次检查，附打印报告。",
            "Одно исследование с распечаткой.",
            "One examination with a printed report.",
        ),
        _FAST,
        {"service": "ultrasound", "valid_days": 90},
    ),
    (
        "voucher-200",
        "amount",
        200,
        None,
        None,
        "ticket",
        "gold",
        four("Phiếu giảm 200.000 ₫", "20 万越南盾代金券", "Ваучер на 200 000 ₫", "200,000 ₫ voucher"),
        four(
            "Dùng cho hóa đơn từ 500.000 ₫.",
            "账单满 50 万越南盾可用。",
            "Для счёта от 500 000 ₫.",
            "For a bill of 500,000 ₫ or more.",
        ),
        LocalizedText(),
        {"amount_minor": 200_000, "min_bill_minor": 500_000, "valid_days": 60},
    ),
    (
        "home-kit",
        "gift",
        150,
        24,
        None,
        "gift",
        "petal",
        four("Bộ chăm sóc tại nhà", "居家护理套装", "Набор для ухода дома", "Home care kit"),
        four(
            "Nhiệt kế, băng gạc, nước súc miệng và túi chườm.",
            "体温计、纱布、漱口水和冷热敷袋。",
            "Термометр, бинты, ополаскиватель и грелка.",
            "A thermometer, dressings, mouthwash and a warm pack.",
        ),
        LocalizedText(),
        {},
    ),
    (
        "gift-certificate-500",
        "certificate",
        500,
        None,
        None,
        "mail",
        "gold",
        four(
            "Thẻ quà tặng 500.000 ₫",
            "50 万越南盾礼品卡",
            "Подарочный сертификат на 500 000 ₫",
            "500,000 ₫ gift certificate",
        ),
        four(
            "Giữ cho mình hoặc tặng người thân.",
            "可自用，也可送给家人朋友。",
            "Для себя или в подарок близким.",
            "For yourself or for somebody dear to you.",
        ),
        LocalizedText(),
        {"amount_minor": 500_000, "valid_days": 365},
    ),
    (
        "physiotherapy-3",
        "package",
        1200,
        None,
        "silver",
        "leaf",
        "leaf",
        four(
            "Ba buổi vật lý trị liệu", "三次理疗", "Три сеанса физиотерапии", "Three physiotherapy sessions"
        ),
        four(
            "Ba buổi trong sáu tháng, đặt hẹn khi thuận tiện.",
            "六个月内三次，时间由您安排。",
            "Три сеанса за полгода, в удобное время.",
            "Three sessions within six months, whenever it suits you.",
        ),
        LocalizedText(),
        {"service": "physiotherapy", "sessions": 3, "valid_days": 180},
    ),
    (
        "check-up-for-two",
        "service",
        4000,
        6,
        "gold",
        "heart",
        "petal",
        four("Khám VIP cho hai người", "双人 VIP 体检", "VIP-чекап для двоих", "Check-up for two"),
        four(
            "Đi cùng người thân, cùng một buổi sáng.",
            "与家人同一个上午体检。",
            "Вместе с близким, в одно утро.",
            "With somebody dear to you, on one morning.",
        ),
        _FAST,
        {"service": "vip-check-up", "valid_days": 180},
    ),
)


def furnish(session: Session, manager: Actor, now: datetime) -> None:
    """The catalogue and the benefits, as a manager enters them on the first day."""
    ids = {service.code: service.id for service in services(session)}
    for position, (code, kind, points, stock, tier, icon, hue, *texts, details) in enumerate(REWARDS):
        name, description, preparation = texts
        known = {key: value for key, value in details.items() if key != "service"}
        if "service" in details:
            known["service_id"] = ids[details["service"]]
        save_reward(
            session,
            code=code,
            kind=kind,
            points=points,
            stock=stock,
            tier=tier,
            icon=icon,
            hue=hue,
            name=name,
            description=description,
            preparation=preparation,
            details=known,
            position=position,
            actor=manager,
            now=now,
        )
    write_benefits(session, manager, now)
