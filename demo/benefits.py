"""What the tiers of the demo clinic bring."""

from datetime import datetime

from sqlalchemy.orm import Session

from demo.catalogue import four
from loyalty.kernel.actor import Actor
from loyalty.kernel.localized import LocalizedText
from loyalty.tiers.operations import save_benefit

#: tier -> (code, icon, name, description), in the order in which they are shown.
BENEFITS: dict[str, tuple[tuple[str, str, LocalizedText, LocalizedText], ...]] = {
    "member": (
        (
            "reminders",
            "bell",
            four("Nhắc lịch chu đáo", "贴心复诊提醒", "Заботливые напоминания", "Thoughtful reminders"),
            four(
                "Chúng tôi nhắc lịch hẹn bằng ngôn ngữ của quý khách.",
                "用您的语言提醒预约。",
                "Напомним о приёме на вашем языке.",
                "We remind you of appointments in your language.",
            ),
        ),
    ),
    "silver": (
        (
            "hotline",
            "phone",
            four(
                "Đường dây chăm sóc riêng", "专属关怀热线", "Личная линия заботы", "A care line of your own"
            ),
            four(
                "Điều dưỡng trả lời từ 7:00 đến 22:00.",
                "护士 7:00–22:00 接听。",
                "Медсестра ответит с 7:00 до 22:00.",
                "A nurse answers from 7:00 to 22:00.",
            ),
        ),
        (
            "late-slots",
            "clock",
            four(
                "Ưu tiên giờ khám buổi tối",
                "优先预约晚间时段",
                "Вечерние часы в первую очередь",
                "Evening hours first",
            ),
            LocalizedText(),
        ),
    ),
    "gold": (
        (
            "birthday-room",
            "cake",
            four(
                "Phòng riêng ngày sinh nhật",
                "生日专属诊室",
                "Отдельная комната в день рождения",
                "A room of your own on your birthday",
            ),
            LocalizedText(),
        ),
        (
            "family",
            "users",
            four(
                "Ưu đãi cho người thân", "家人同享优惠", "Привилегии для близких", "Benefits for your family"
            ),
            four(
                "Hai người thân được giảm 10 % tiền khám.",
                "两位家人诊查费减 10%。",
                "Двум близким скидка 10 % на приём.",
                "Two relatives pay 10% less for examinations.",
            ),
        ),
    ),
    "black": (
        (
            "green-lane",
            "shield",
            four(
                "Lối xanh của giám đốc",
                "院长绿色通道",
                "Зелёный коридор директора",
                "The director’s green lane",
            ),
            four(
                "Khám không chờ, giám đốc theo dõi hồ sơ của quý khách.",
                "就诊免等候，院长亲自关注您的健康档案。",
                "Приём без ожидания, директор сам следит за вашей картой.",
                "No waiting, and the director follows your care in person.",
            ),
        ),
        (
            "taxi",
            "route",
            four(
                "Xe đưa đón người lớn tuổi",
                "长者专车接送",
                "Машина для пожилых родителей",
                "A car for elderly parents",
            ),
            LocalizedText(),
        ),
    ),
}


def write(session: Session, manager: Actor, now: datetime) -> None:
    """The benefits of every tier, as a manager enters them."""
    for tier, benefits in BENEFITS.items():
        for code, icon, name, description in benefits:
            save_benefit(
                session,
                tier=tier,
                code=code,
                icon=icon,
                name=name,
                description=description,
                actor=manager,
                now=now,
            )
