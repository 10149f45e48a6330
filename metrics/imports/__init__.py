"""Reading and writing months as files: CSV and XLSX in, templates and marked-up files out."""
