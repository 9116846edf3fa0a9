"""Reading a file of patients or visits: bytes in, checked rows and reasons out. No database, no clock (I1).

``reading.read_file`` answers everything at once, ``reading.open_file(...).outcomes()`` row by row.
"""
