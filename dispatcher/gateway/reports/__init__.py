"""Reports for supervisors, auditors and programs: pages, CSV and JSON over the figures of the archive."""
