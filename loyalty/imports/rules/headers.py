"""The words over columns by which each of our fields is known, in four languages and in known exports."""

from typing import Final, Literal

Kind = Literal["patients", "visits"]

_PERSON = {
    "name": "name|full name|fullname|patient name|customer|customer name|client|user name"
    "|họ tên|họ và tên|tên|tên khách hàng|tên bệnh nhân|khách hàng|bệnh nhân|ho ten"
    "|фио|ф и о|фио пациента|имя|пациент|клиент|姓名|患者姓名|客户姓名|名字|患者|顾客",
    "first_name": "first|first name|given name|имя пациента",
    "last_name": "last|last name|surname|family name|фамилия",
    "phone": "phone|phone number|mobile|mobile phone|tel|telephone|contact|phone raw|cell"
    "|số điện thoại|điện thoại|sđt|di động|số đt|телефон|номер телефона|мобильный|мобильный телефон|тел"
    "|手机号|手机|电话|联系电话|手机号码|电话号码",
    "email": "email|e mail|mail|thư điện tử|почта|эл почта|электронная почта|邮箱|电子邮箱|电子邮件",
    "birth_date": "birth date|birthdate|birthday|date of birth|dob|born|ngày sinh|sinh nhật|năm sinh"
    "|дата рождения|день рождения|д р|出生日期|生日|出生年月日",
    "sex": "sex|gender|giới tính|phái|пол|性别",
    "language": "language|locale|lang|ngôn ngữ|язык|语言",
    "source": "source|channel|how did you hear|nguồn|nguồn khách|kênh|источник|канал|откуда узнали|来源|渠道",
    "referrer": "referrer|referred by|referral|introduced by|người giới thiệu|nguồn người giới thiệu"
    "|mã giới thiệu|кто направил|рекомендатель|кто рекомендовал|рекомендовал|介绍人|推荐人",
    "region": "region code|default region|phone region|country code",
}
_PATIENT = {
    "external_id": "external id|id|patient|patient id|patient external id|patient code|code|user id"
    "|customer id|mrn|mã kh|mã khách hàng|mã bn|mã bệnh nhân|mã|код|код пациента|номер карты|карта"
    "|患者编号|病历号|客户编号|编号|会员号",
    "tags": "tags|tag|labels|nhãn|phân loại|метки|теги|标签",
    "guardian": "guardian|parent|người giám hộ|phụ huynh|опекун|родитель|监护人|家长",
    "deceased_on": "deceased on|deceased|deathdate|death date|date of death|ngày mất|дата смерти|死亡日期",
}
_VISIT = {
    "external_id": "external id|visit id|visit external id|id|encounter id|txn id|invoice|invoice no"
    "|invoiceno|bill|bill no|receipt|mã lượt khám|mã khám|mã hóa đơn|số hóa đơn|số phiếu"
    "|номер визита|код визита|номер чека|就诊号|单号|订单号|发票号",
    "patient": "patient|patient id|patient external id|patient code|user id|customer id|mrn|mã kh"
    "|mã khách hàng|mã bn|mã bệnh nhân|код пациента|номер карты|患者编号|病历号|客户编号|会员号",
    "status": "status|txn status|state|trạng thái|tình trạng|статус|состояние|状态",
    "visited_at": "visited at|visit date|date|visit|visited on|start|txn date|date of visit"
    "|ngày khám|ngày|ngày đến|thời gian|ngày giờ|ngày hóa đơn|дата|дата визита|дата приема|дата посещения"
    "|就诊日期|日期|就诊时间|时间",
    "scheduled_at": "scheduled at|appointment|appointment date|lịch hẹn|ngày hẹn|giờ hẹn|дата записи"
    "|预约时间|预约日期",
    "arrived_at": "arrived at|arrival|giờ đến|время прихода|到达时间|到诊时间",
    "completed_at": "completed at|finished at|giờ xong|время окончания|完成时间",
    "branch": "branch|chi nhánh|cơ sở|филиал|клиника|分院|门店|院区",
    "doctor": "doctor|bác sĩ|bs|bác sỹ|врач|доктор|医生|医师",
    "service": "service|services|description|txn type|treatment|procedure|dịch vụ|tên dịch vụ"
    "|услуга|услуги|процедура|项目|服务|服务项目|诊疗项目",
    "specialty": "specialty|speciality|department|encounterclass|chuyên khoa|khoa"
    "|специальность|отделение|специализация|科室|专科",
    "amount": "amount|total|sum|price|cost|txn amount|total claim cost|thành tiền|số tiền|tổng tiền|giá"
    "|doanh thu|chi phí|сумма|стоимость|цена|итого|金额|费用|总金额|应收|价格",
    "paid": "paid|amount paid|payment|đã trả|đã thu|thực thu|thanh toán|khách trả|оплачено|оплата"
    "|实付|已付|实收",
    "follow_up_on": "follow up on|follow up|next visit|tái khám|ngày tái khám|hẹn tái khám"
    "|следующий визит|повторный прием|复诊日期|复诊",
}
_VISIT_PERSON = {**_PERSON, "source": _PERSON["source"] + "|country"}
WORDS: Final[dict[Kind, dict[str, str]]] = {
    "patients": {**_PATIENT, **_PERSON},
    "visits": {**_VISIT, **_VISIT_PERSON},
}
