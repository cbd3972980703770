from charging.models.authorization import LastAuthorization
from charging.models.automatic_charge import AutomaticCharge
from charging.models.charge_plan import ChargePlan
from charging.models.closing_rules import ClosingRules
from charging.models.connector_limit import ConnectorLimit
from charging.models.decision_record import DecisionRecord
from charging.models.energy_correction import EnergyCorrection
from charging.models.id_token import IdToken, Vehicle
from charging.models.limit_change import LimitChange
from charging.models.local_list import LocalList, LocalListState
from charging.models.meter_sample import Measurand, MeterSample
from charging.models.operation import OperationBatch, OperationLine
from charging.models.override import ChargeOverride
from charging.models.pause import Pause
from charging.models.refused_request import RefusedRequest
from charging.models.reservation import Reservation, ReservationState
from charging.models.site_decision import SiteDecision
from charging.models.transaction import OrphanStop, Transaction

__all__ = [
    "AutomaticCharge",
    "ChargeOverride",
    "ChargePlan",
    "ClosingRules",
    "ConnectorLimit",
    "DecisionRecord",
    "EnergyCorrection",
    "IdToken",
    "LastAuthorization",
    "LimitChange",
    "LocalList",
    "LocalListState",
    "Measurand",
    "MeterSample",
    "OperationBatch",
    "OperationLine",
    "OrphanStop",
    "Pause",
    "RefusedRequest",
    "Reservation",
    "ReservationState",
    "SiteDecision",
    "Transaction",
    "Vehicle",
]
