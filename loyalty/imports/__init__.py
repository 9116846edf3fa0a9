"""Files of patients and visits as clinics send them: read, checked, imported, undone (rule I1)."""
