"""Backups of the database, by its own tools. docs/BACKUPS.md says how they are made and used."""
