"""What a site has decided about who may charge there (R8)."""

from __future__ import annotations

from dataclasses import dataclass

from chargers.models import ChargePoint
from sites.types import ConcurrencyPolicy, FreeChargingPolicy, OfflinePolicy, UnknownTagPolicy


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies that authorization asks; these defaults hold where there is no site yet."""

    unknown_tags: UnknownTagPolicy = UnknownTagPolicy.REFUSE
    free_charging: FreeChargingPolicy = FreeChargingPolicy.NEVER
    concurrency: ConcurrencyPolicy = ConcurrencyPolicy.TAG
    offline_starts: OfflinePolicy = OfflinePolicy.AS_OF_THEN

    def waive(self, *, tagged: bool, offline: bool) -> bool:
        """Tell whether to accept without looking at the id tag, unless it is blocked."""
        if self.free_charging == FreeChargingPolicy.NO_TAG:
            return True
        if not tagged:
            return False
        free = self.free_charging == FreeChargingPolicy.ANY_TAG
        return free or (offline and self.offline_starts == OfflinePolicy.ACCEPT)


def policies_of(charge_point_id: int) -> Policies:
    """Return the policies of the site of a charge point; one query."""
    row = (
        ChargePoint.objects.filter(pk=charge_point_id, site__isnull=False)
        .values_list("site__unknown_tags", "site__free_charging", "site__concurrency", "site__offline_starts")
        .first()
    )
    if row is None:
        return Policies()
    return Policies(
        UnknownTagPolicy(row[0]),
        FreeChargingPolicy(row[1]),
        ConcurrencyPolicy(row[2]),
        OfflinePolicy(row[3]),
    )
