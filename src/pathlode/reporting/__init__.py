"""What was made how, tables, claims and pages."""
