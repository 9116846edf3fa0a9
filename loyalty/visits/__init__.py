"""Visits: appointments, bills, payments and refunds, and the moves between their states."""
