"""What the clinic is and offers: contact, branches, doctors, services with prices, milestones."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.clinic.models import Branch, Clinic, Doctor, Service
from loyalty.clinic.operations import branch_of, doctor_of, service_of
from loyalty.kernel.localized import LocalizedText
from loyalty.referrals.models import Milestone


def four(vi: str, zh: str, ru: str, en: str) -> LocalizedText:
    """A text in the four languages."""
    return LocalizedText({"vi": vi, "zh": zh, "ru": ru, "en": en})


NAME = four("Phòng khám An Nhiên", "安然诊所", "Клиника «Ан Ньен»", "An Nhien Clinic")
PHONE = "0258 388 6868"
ADDRESS = four(
    "62 Trần Phú, Nha Trang, Khánh Hòa",
    "庆和省芽庄市陈富路 62 号",
    "Нячанг, ул. Чан Фу, 62",
    "62 Tran Phu, Nha Trang, Khanh Hoa",
)
HOURS = four("7:00–20:00 mỗi ngày", "每日 7:00–20:00", "ежедневно с 7:00 до 20:00", "7:00–20:00 every day")
LICENCE = four(
    "Giấy phép hoạt động số 01482/KH-GPHĐ, Sở Y tế Khánh Hòa",
    "庆和省卫生厅执业许可 01482/KH-GPHĐ",
    "Лицензия № 01482/KH-GPHĐ, Департамент здравоохранения провинции Кханьхоа",
    "Licence 01482/KH-GPHĐ, Khanh Hoa Department of Health",
)

BRANCHES = {
    "main": four("Cơ sở Trần Phú", "陈富路门诊", "Филиал на Чан Фу", "Tran Phu branch"),
    "vinh-hai": four("Cơ sở Vĩnh Hải", "永海门诊", "Филиал Винь Хай", "Vinh Hai branch"),
}

ANH, VO_MINH, HA = "le-hoang-anh", "vo-minh", "nguyen-ha"
DOCTORS = {
    ANH: four("BS. Lê Hoàng Anh", "黎黄英 医生", "Д-р Ле Хоанг Ань", "Dr Le Hoang Anh"),
    VO_MINH: four("BS. Võ Minh", "武明 医生", "Д-р Во Минь", "Dr Vo Minh"),
    HA: four("BS. Nguyễn Hà", "阮荷 医生", "Д-р Нгуен Ха", "Dr Nguyen Ha"),
}

#: code -> (kind, specialty, price in đồng, name).
SERVICES: dict[str, tuple[str, str, int, LocalizedText]] = {
    "registration": (
        "registration", "general", 100_000,
        four("Đăng ký khám", "挂号", "Регистрация", "Registration"),
    ),
    "general-examination": (
        "examination", "general", 300_000,
        four("Khám nội tổng quát", "全科检查", "Приём терапевта", "General examination"),
    ),
    "skin-examination": (
        "examination", "dermatology", 400_000,
        four("Khám da liễu", "皮肤科检查", "Приём дерматолога", "Skin examination"),
    ),
    "dental-examination": (
        "examination", "dental", 200_000,
        four("Khám răng", "口腔检查", "Осмотр стоматолога", "Dental examination"),
    ),
    "child-examination": (
        "examination", "paediatrics", 300_000,
        four("Khám nhi", "儿科检查", "Приём педиатра", "Child examination"),
    ),
    "womens-examination": (
        "examination", "gynaecology", 450_000,
        four("Khám phụ khoa", "妇科检查", "Приём гинеколога", "Women’s examination"),
    ),
    "teeth-cleaning": (
        "treatment", "dental", 600_000,
        four("Lấy cao răng, đánh bóng", "洁牙抛光", "Чистка зубов", "Teeth cleaning and polishing"),
    ),
    "filling": (
        "treatment", "dental", 850_000,
        four("Trám răng", "补牙", "Пломба", "Tooth filling"),
    ),
    "skin-care": (
        "treatment", "dermatology", 850_000,
        four("Chăm sóc da chuyên sâu", "皮肤护理", "Уход за кожей", "Skin treatment"),
    ),
    "skin-laser": (
        "treatment", "dermatology", 2_700_000,
        four("Laser trị sẹo, một buổi", "激光祛疤（一次）", "Лазер: один сеанс", "Scar laser, one session"),
    ),
    "blood-panel": (
        "treatment", "laboratory", 900_000,
        four(
            "Xét nghiệm máu 18 chỉ số", "血液检验 18 项", "Анализ крови, 18 показателей",
            "Blood panel, 18 values",
        ),
    ),
    "ultrasound": (
        "treatment", "imaging", 350_000,
        four("Siêu âm ổ bụng", "腹部超声", "УЗИ брюшной полости", "Abdominal ultrasound"),
    ),
    "gastroscopy": (
        "treatment", "imaging", 3_500_000,
        four("Nội soi dạ dày không đau", "无痛胃镜", "Гастроскопия без боли", "Painless gastroscopy"),
    ),
    "vip-check-up": (
        "treatment", "general", 4_200_000,
        four("Khám VIP hằng năm", "年度 VIP 体检", "Ежегодный VIP-чекап", "Annual VIP check-up"),
    ),
    "flu-shot": (
        "treatment", "general", 380_000,
        four("Tiêm phòng cúm", "流感疫苗", "Прививка от гриппа", "Flu shot"),
    ),
    "physiotherapy": (
        "treatment", "physiotherapy", 450_000,
        four("Vật lý trị liệu, một buổi", "理疗（一次）", "Физиотерапия, сеанс", "Physiotherapy session"),
    ),
    "implant": (
        "treatment", "dental", 22_000_000,
        four("Cấy ghép implant", "种植牙", "Имплантация зуба", "Dental implant"),
    ),
}  # fmt: skip

#: friends helped -> (icon, what it opens as it stands in a sentence, the same in two words).
MILESTONES = {
    1: (
        "medal",
        four("hạng Bạc", "银卡", "серебряный уровень", "the Silver card"),
        four("Hạng Bạc", "银卡", "Серебро", "Silver"),
    ),
    3: (
        "gift",
        four("gói khám VIP hằng năm", "年度 VIP 体检套餐", "ежегодный VIP-чекап", "the annual VIP check-up"),
        four("Khám VIP", "VIP 体检", "VIP-чекап", "VIP check-up"),
    ),
    5: (
        "wave",
        four("một lần siêu âm ổ bụng", "一次腹部超声", "УЗИ брюшной полости", "an abdominal ultrasound"),
        four("Siêu âm", "超声", "УЗИ", "Ultrasound"),
    ),
    8: (
        "shield",
        four("hạng Đen", "黑卡", "чёрная карта", "the Black card"),
        four("Hạng Đen", "黑卡", "Чёрная карта", "Black card"),
    ),
}


def furnish(session: Session) -> None:
    """Write all of this into a clinic that has just been set up; nothing is left "to review"."""
    clinic = session.get_one(Clinic, 1)
    clinic.phone, clinic.address, clinic.hours, clinic.licence = PHONE, ADDRESS, HOURS, LICENCE
    for code, name in BRANCHES.items():
        _named(branch_of(session, code), name)
    for code, name in DOCTORS.items():
        _named(doctor_of(session, code), name)
    for code, (kind, specialty, price, name) in SERVICES.items():
        service = service_of(session, code, specialty=specialty)
        service.kind, service.price_minor = kind, price
        _named(service, name)
    known = set(session.scalars(select(Milestone.friends)))
    session.add_all(
        Milestone(friends=friends, icon=icon, name=name, short_name=short)
        for friends, (icon, name, short) in MILESTONES.items()
        if friends not in known
    )
    session.flush()


def _named(row: Branch | Doctor | Service, name: LocalizedText) -> None:
    row.name, row.to_review = name, False
