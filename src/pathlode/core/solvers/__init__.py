"""Methods and backends that solve ODEs and SDEs. Callers use :mod:`pathlode.core.solve`, which has the settings of all."""
