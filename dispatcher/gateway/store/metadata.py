"""The tables of the gateway's store, declared by the rooms that use them; `migrations` brings a database to them.

Instants are milliseconds since the epoch, so that both kinds of database hold the same. Names begin with `staff_` or
`desk_`: the archive's tables may stand in the same database.
"""

from typing import Final

from sqlalchemy import MetaData

METADATA: Final = MetaData()
