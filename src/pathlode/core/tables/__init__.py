"""Series from what users hold: tables, arrays and dates, and back."""
