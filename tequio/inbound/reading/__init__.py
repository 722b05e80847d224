"""Reading a mail: from its bytes to what it is, who says it, and the words that are their own.

Pure: no database, no clock, no network. Nothing here raises on any bytes.
"""
