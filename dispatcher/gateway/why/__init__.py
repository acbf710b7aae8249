"""Why a customer was contacted, or not: the archive's timeline as a page, for people and for programs."""
