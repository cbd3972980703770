from charging.models.id_token import IdToken, Vehicle
from charging.models.meter_sample import Measurand, MeterSample
from charging.models.transaction import OrphanStop, Transaction

__all__ = ["IdToken", "Measurand", "MeterSample", "OrphanStop", "Transaction", "Vehicle"]
