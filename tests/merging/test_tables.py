"""Every table that names a patient is dealt with (P17): a new one that is not fails here."""

from sqlalchemy import Column

from loyalty.kernel.database import Base, import_tables
from loyalty.merging.operations.moving import MOVED

#: Columns that code of their own brings together, and why they do not simply move.
BROUGHT_TOGETHER = {
    "patients.guardian_id": "nobody becomes her own guardian",
    "patients.source_referrer_id": "nobody becomes the source of herself",
    "patient_stats.patient_id": "worked out anew; the merged record's is emptied and stays",
    "messages.patient_id": "moved under keys of the kept patient",
    "badge_awards.patient_id": "one of each badge",
    "nicknames.patient_id": "one name",
    "invite_codes.patient_id": "moved to who has none; else it stays and leads to the kept patient",
    "board_rows.patient_id": "published boards stay; who stands there twice keeps both rows",
    "referrals.referrer_id": "nobody introduces herself",
    "referrals.friend_id": "one introduction in life",
}
#: Columns that stay with the merged record on purpose.
STAYS = {
    "patients.merged_into_id": "it is the merge; chains are refused",
    "login_sessions.patient_id": "ended, and kept as the history of that record",
}


def name(column: Column) -> str:  # type: ignore[type-arg]
    return f"{column.table.name}.{column.name}"


def test_p17_every_column_that_names_a_patient_is_dealt_with() -> None:
    import_tables()
    there = {
        name(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname == "patients.id" for key in column.foreign_keys)
    }
    assert there == {name(column) for column in MOVED} | BROUGHT_TOGETHER.keys() | STAYS.keys()


def test_columns_without_a_foreign_key_stay_on_purpose() -> None:
    """The audit log is never changed: it tells of the record as it was then (A1)."""
    import_tables()
    there = {
        name(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name == "patient_id" and not column.foreign_keys
    }
    assert there == {"audit_entries.patient_id"}
