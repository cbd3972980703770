"""Addresses of the history: transactions, reports, exports."""

from __future__ import annotations

from django.urls import path

from evkit.console.views import audit, curves, exports, importing, reports, storage, transactions
from evkit.console.views.charge_point import charts

urlpatterns = [
    path("transactions/", transactions.all_transactions, name="all_transactions"),
    path("sites/<slug:code>/transactions/", transactions.transactions, name="transactions"),
    path("sites/<slug:code>/curves/", charts.site_curves, name="site_curves_page"),
    path("sites/<slug:code>/curves.json", curves.site_curves, name="site_curves"),
    path("sites/<slug:code>/curves.csv", curves.site_download, name="site_samples"),
    path("transactions/import/", importing.import_transactions, name="import_transactions"),
    path("transactions/import/<str:token>/", importing.import_columns, name="import_columns"),
    path("audit/", audit.audit, name="audit"),
    path("reports/", reports.all_reports, name="all_reports"),
    path("sites/<slug:code>/reports/", reports.reports, name="reports"),
    path("storage/", storage.storage, name="storage"),
    path("exports/", exports.exports, name="exports"),
    path("exports/regular/", exports.schedule, name="schedule_export"),
    path("exports/regular/<int:number>/end/", exports.unschedule, name="unschedule_export"),
    path("exports/new/", exports.new_export, name="new_export"),
    path("exports/toasts/", exports.export_toasts, name="export_toasts"),
    path("exports/<int:number>/", exports.export_file, name="export_file"),
    path("exports/<int:number>/toast/", exports.export_toast, name="export_toast"),
    path("exports/<int:number>/cancel/", exports.cancel, name="cancel_export"),
]
