"""money and membership"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0002'
down_revision: str | None = '0001'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('benefits',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tier', sa.String(length=8), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.JSON(), nullable=False),
    sa.Column('description', sa.JSON(), nullable=False),
    sa.Column('icon', sa.String(length=24), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_benefits')),
    sa.UniqueConstraint('tier', 'code', name=op.f('uq_benefits_tier_code'))
    )
    op.create_table('earning_rules',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.JSON(), nullable=False),
    sa.Column('trigger', sa.String(length=10), nullable=False),
    sa.Column('conditions', sa.JSON(), nullable=False),
    sa.Column('percent', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('points', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('priority', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stacks', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('activated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retired_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(percent IS NULL) <> (points IS NULL)', name=op.f('ck_earning_rules_one_effect')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earning_rules')),
    sa.UniqueConstraint('code', 'version', name=op.f('uq_earning_rules_code_version'))
    )
    with op.batch_alter_table('earning_rules', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_earning_rules_state_trigger'), ['state', 'trigger'], unique=False)

    op.create_table('pictures',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('content_type', sa.String(length=40), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pictures')),
    sa.UniqueConstraint('digest', name=op.f('uq_pictures_digest'))
    )
    op.create_table('rewards',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.JSON(), nullable=False),
    sa.Column('description', sa.JSON(), nullable=False),
    sa.Column('preparation', sa.JSON(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('points', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stock', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('tier', sa.String(length=8), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('needs_approval', sa.Boolean(), nullable=False),
    sa.Column('pickup_days', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('icon', sa.String(length=24), nullable=False),
    sa.Column('hue', sa.String(length=8), nullable=False),
    sa.Column('picture_digest', sa.String(length=64), nullable=True),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('points > 0', name=op.f('ck_rewards_price')),
    sa.CheckConstraint('stock IS NULL OR stock >= 0', name=op.f('ck_rewards_stock')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rewards')),
    sa.UniqueConstraint('code', name=op.f('uq_rewards_code'))
    )
    op.create_table('certificates',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('external_id', sa.String(length=120), nullable=True),
    sa.Column('code', sa.String(length=24), nullable=False),
    sa.Column('patient_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('buyer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('amount_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('balance_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('held_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('giver', sa.String(length=120), nullable=False),
    sa.Column('recipient', sa.String(length=120), nullable=False),
    sa.Column('greeting', sa.String(length=300), nullable=False),
    sa.Column('origin', sa.String(length=12), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('balance_minor <= amount_minor', name=op.f('ck_certificates_within_amount')),
    sa.CheckConstraint('balance_minor >= 0', name=op.f('ck_certificates_balance')),
    sa.CheckConstraint('held_minor >= 0 AND held_minor <= balance_minor', name=op.f('ck_certificates_held')),
    sa.ForeignKeyConstraint(['buyer_id'], ['patients.id'], name=op.f('fk_certificates_buyer_id_patients')),
    sa.ForeignKeyConstraint(['patient_id'], ['patients.id'], name=op.f('fk_certificates_patient_id_patients')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificates')),
    sa.UniqueConstraint('code', name=op.f('uq_certificates_code')),
    sa.UniqueConstraint('external_id', name=op.f('uq_certificates_external_id'))
    )
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificates_patient_id_id'), ['patient_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_certificates_state_valid_to'), ['state', 'valid_to'], unique=False)

    op.create_table('manual_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('patient_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('points', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('rule_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('requested_by_kind', sa.String(length=16), nullable=False),
    sa.Column('requested_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('refusal', sa.String(length=500), nullable=True),
    sa.ForeignKeyConstraint(['patient_id'], ['patients.id'], name=op.f('fk_manual_entries_patient_id_patients')),
    sa.ForeignKeyConstraint(['rule_id'], ['earning_rules.id'], name=op.f('fk_manual_entries_rule_id_earning_rules')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_manual_entries')),
    sa.UniqueConstraint('key', name=op.f('uq_manual_entries_key'))
    )
    with op.batch_alter_table('manual_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_manual_entries_patient_id_id'), ['patient_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_manual_entries_state_requested_at'), ['state', 'requested_at'], unique=False)

    op.create_table('packages',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('external_id', sa.String(length=120), nullable=True),
    sa.Column('code', sa.String(length=24), nullable=False),
    sa.Column('patient_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('service_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sessions', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('used', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('origin', sa.String(length=12), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('used >= 0 AND used <= sessions', name=op.f('ck_packages_within_sessions')),
    sa.ForeignKeyConstraint(['patient_id'], ['patients.id'], name=op.f('fk_packages_patient_id_patients')),
    sa.ForeignKeyConstraint(['service_id'], ['services.id'], name=op.f('fk_packages_service_id_services')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_packages')),
    sa.UniqueConstraint('code', name=op.f('uq_packages_code')),
    sa.UniqueConstraint('external_id', name=op.f('uq_packages_external_id'))
    )
    with op.batch_alter_table('packages', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_packages_patient_id_id'), ['patient_id', 'id'], unique=False)

    op.create_table('vouchers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('external_id', sa.String(length=120), nullable=True),
    sa.Column('code', sa.String(length=24), nullable=False),
    sa.Column('name', sa.JSON(), nullable=False),
    sa.Column('patient_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('percent_hundredths', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('amount_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('max_discount_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('min_bill_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('service_ids', sa.JSON(), nullable=True),
    sa.Column('first_visit_only', sa.Boolean(), nullable=False),
    sa.Column('combines', sa.Boolean(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('total_limit', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('patient_limit', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('used_count', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('origin', sa.String(length=12), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('total_limit IS NULL OR used_count <= total_limit', name=op.f('ck_vouchers_within_limit')),
    sa.CheckConstraint('used_count >= 0', name=op.f('ck_vouchers_used')),
    sa.ForeignKeyConstraint(['patient_id'], ['patients.id'], name=op.f('fk_vouchers_patient_id_patients')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vouchers')),
    sa.UniqueConstraint('code', name=op.f('uq_vouchers_code')),
    sa.UniqueConstraint('external_id', name=op.f('uq_vouchers_external_id'))
    )
    with op.batch_alter_table('vouchers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_vouchers_patient_id_id'), ['patient_id', 'id'], unique=False)

    op.create_table('package_uses',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('package_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('covered_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['package_id'], ['packages.id'], name=op.f('fk_package_uses_package_id_packages')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_package_uses_visit_id_visits')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_package_uses')),
    sa.UniqueConstraint('package_id', 'visit_id', name=op.f('uq_package_uses_package_id_visit_id'))
    )
    with op.batch_alter_table('package_uses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_package_uses_visit_id'), ['visit_id'], unique=False)

    op.create_table('redemptions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('external_id', sa.String(length=120), nullable=True),
    sa.Column('form_key', sa.String(length=64), nullable=True),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('patient_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reward_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('points', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('requested_by_kind', sa.String(length=16), nullable=False),
    sa.Column('requested_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('handed_over_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handed_over_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('end_reason', sa.String(length=500), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('voucher_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('certificate_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('package_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificates.id'], name=op.f('fk_redemptions_certificate_id_certificates')),
    sa.ForeignKeyConstraint(['package_id'], ['packages.id'], name=op.f('fk_redemptions_package_id_packages')),
    sa.ForeignKeyConstraint(['patient_id'], ['patients.id'], name=op.f('fk_redemptions_patient_id_patients')),
    sa.ForeignKeyConstraint(['reward_id'], ['rewards.id'], name=op.f('fk_redemptions_reward_id_rewards')),
    sa.ForeignKeyConstraint(['voucher_id'], ['vouchers.id'], name=op.f('fk_redemptions_voucher_id_vouchers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_redemptions')),
    sa.UniqueConstraint('code', name=op.f('uq_redemptions_code')),
    sa.UniqueConstraint('external_id', name=op.f('uq_redemptions_external_id')),
    sa.UniqueConstraint('form_key', name=op.f('uq_redemptions_form_key'))
    )
    with op.batch_alter_table('redemptions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_redemptions_patient_id_id'), ['patient_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_redemptions_state_requested_at'), ['state', 'requested_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_redemptions_state_valid_to'), ['state', 'valid_to'], unique=False)

    op.create_table('reservations',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('amount', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('held', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('voucher_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('certificate_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('package_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint('held >= 0', name=op.f('ck_reservations_held')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificates.id'], name=op.f('fk_reservations_certificate_id_certificates')),
    sa.ForeignKeyConstraint(['package_id'], ['packages.id'], name=op.f('fk_reservations_package_id_packages')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_reservations_visit_id_visits')),
    sa.ForeignKeyConstraint(['voucher_id'], ['vouchers.id'], name=op.f('fk_reservations_voucher_id_vouchers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservations'))
    )
    with op.batch_alter_table('reservations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reservations_visit_id'), ['visit_id'], unique=False)

    op.create_table('voucher_uses',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('voucher_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('patient_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('discount_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['patient_id'], ['patients.id'], name=op.f('fk_voucher_uses_patient_id_patients')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_voucher_uses_visit_id_visits')),
    sa.ForeignKeyConstraint(['voucher_id'], ['vouchers.id'], name=op.f('fk_voucher_uses_voucher_id_vouchers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher_uses')),
    sa.UniqueConstraint('voucher_id', 'visit_id', name=op.f('uq_voucher_uses_voucher_id_visit_id'))
    )
    with op.batch_alter_table('voucher_uses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_voucher_uses_patient_id'), ['patient_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_voucher_uses_visit_id'), ['visit_id'], unique=False)

    op.create_table('certificate_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('certificate_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('amount_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('refund_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_kind', sa.String(length=16), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificates.id'], name=op.f('fk_certificate_entries_certificate_id_certificates')),
    sa.ForeignKeyConstraint(['refund_id'], ['refunds.id'], name=op.f('fk_certificate_entries_refund_id_refunds')),
    sa.ForeignKeyConstraint(['visit_id'], ['visits.id'], name=op.f('fk_certificate_entries_visit_id_visits')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_entries')),
    sa.UniqueConstraint('key', name=op.f('uq_certificate_entries_key'))
    )
    with op.batch_alter_table('certificate_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_certificate_entries_certificate_id_id'), ['certificate_id', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_certificate_entries_visit_id'), ['visit_id'], unique=False)

    with op.batch_alter_table('bill_lines', schema=None) as batch_op:
        batch_op.add_column(sa.Column('package_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))

    with op.batch_alter_table('clinic', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rules_version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))

    with op.batch_alter_table('ledger_entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('weight_part', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('weight_whole', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('rule_ids', sa.JSON(), nullable=True))

    with op.batch_alter_table('lot_uses', schema=None) as batch_op:
        batch_op.add_column(sa.Column('restored', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))
        batch_op.create_check_constraint(batch_op.f('ck_lot_uses_restored_within'), 'restored >= 0 AND restored <= points')

    with op.batch_alter_table('patient_stats', schema=None) as batch_op:
        batch_op.add_column(sa.Column('points_held', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('tier_falls_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('tier_pin', sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column('tier_pin_until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('tier_pin_lowers', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_check_constraint(batch_op.f('ck_patient_stats_held'), 'points_held >= 0')
        batch_op.create_index(batch_op.f('ix_patient_stats_tier_falls_on'), ['tier_falls_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_patient_stats_tier_pin_until'), ['tier_pin_until'], unique=False)

    op.drop_index(op.f('ix_lots_valid_to'), table_name='lots')
    op.create_index(
        op.f('ix_lots_valid_to_id'), 'lots', ['valid_to', 'id'], unique=False,
        sqlite_where=sa.text('remaining > 0'), postgresql_where=sa.text('remaining > 0'),
    )

    with op.batch_alter_table('refunds', schema=None) as batch_op:
        batch_op.add_column(sa.Column('certificate_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('points', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))

    with op.batch_alter_table('tier_changes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('note', sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))

    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.add_column(sa.Column('certificate_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('package_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('certificate_returned_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('points_returned', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('completion', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default='1', nullable=False))
        batch_op.create_check_constraint(batch_op.f('ck_visits_return_within_certificate'), 'certificate_returned_minor <= certificate_minor')
        batch_op.create_check_constraint(batch_op.f('ck_visits_return_within_points'), 'points_returned <= points_used')



def downgrade() -> None:
    with op.batch_alter_table('visits', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_visits_return_within_points'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_visits_return_within_certificate'), type_='check')
        batch_op.drop_column('completion')
        batch_op.drop_column('points_returned')
        batch_op.drop_column('certificate_returned_minor')
        batch_op.drop_column('package_minor')
        batch_op.drop_column('certificate_minor')

    with op.batch_alter_table('tier_changes', schema=None) as batch_op:
        batch_op.drop_column('actor_id')
        batch_op.drop_column('note')
        batch_op.drop_column('until')

    op.drop_index(op.f('ix_lots_valid_to_id'), table_name='lots')
    op.create_index(op.f('ix_lots_valid_to'), 'lots', ['valid_to'], unique=False)

    with op.batch_alter_table('refunds', schema=None) as batch_op:
        batch_op.drop_column('points')
        batch_op.drop_column('certificate_minor')

    with op.batch_alter_table('patient_stats', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_patient_stats_tier_pin_until'))
        batch_op.drop_index(batch_op.f('ix_patient_stats_tier_falls_on'))
        batch_op.drop_constraint(batch_op.f('ck_patient_stats_held'), type_='check')
        batch_op.drop_column('tier_pin_lowers')
        batch_op.drop_column('tier_pin_until')
        batch_op.drop_column('tier_pin')
        batch_op.drop_column('tier_falls_on')
        batch_op.drop_column('points_held')

    with op.batch_alter_table('lot_uses', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_lot_uses_restored_within'), type_='check')
        batch_op.drop_column('restored')

    with op.batch_alter_table('ledger_entries', schema=None) as batch_op:
        batch_op.drop_column('rule_ids')
        batch_op.drop_column('weight_whole')
        batch_op.drop_column('weight_part')

    with op.batch_alter_table('clinic', schema=None) as batch_op:
        batch_op.drop_column('rules_version')

    with op.batch_alter_table('bill_lines', schema=None) as batch_op:
        batch_op.drop_column('package_minor')

    with op.batch_alter_table('certificate_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificate_entries_visit_id'))
        batch_op.drop_index(batch_op.f('ix_certificate_entries_certificate_id_id'))

    op.drop_table('certificate_entries')
    with op.batch_alter_table('voucher_uses', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_voucher_uses_visit_id'))
        batch_op.drop_index(batch_op.f('ix_voucher_uses_patient_id'))

    op.drop_table('voucher_uses')
    with op.batch_alter_table('reservations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reservations_visit_id'))

    op.drop_table('reservations')
    with op.batch_alter_table('redemptions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_redemptions_state_valid_to'))
        batch_op.drop_index(batch_op.f('ix_redemptions_state_requested_at'))
        batch_op.drop_index(batch_op.f('ix_redemptions_patient_id_id'))

    op.drop_table('redemptions')
    with op.batch_alter_table('package_uses', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_package_uses_visit_id'))

    op.drop_table('package_uses')
    with op.batch_alter_table('vouchers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_vouchers_patient_id_id'))

    op.drop_table('vouchers')
    with op.batch_alter_table('packages', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_packages_patient_id_id'))

    op.drop_table('packages')
    with op.batch_alter_table('manual_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_manual_entries_state_requested_at'))
        batch_op.drop_index(batch_op.f('ix_manual_entries_patient_id_id'))

    op.drop_table('manual_entries')
    with op.batch_alter_table('certificates', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_certificates_state_valid_to'))
        batch_op.drop_index(batch_op.f('ix_certificates_patient_id_id'))

    op.drop_table('certificates')
    op.drop_table('rewards')
    op.drop_table('pictures')
    with op.batch_alter_table('earning_rules', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_earning_rules_state_trigger'))

    op.drop_table('earning_rules')
    op.drop_table('benefits')
