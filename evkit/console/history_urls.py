"""Addresses of the history: transactions, exports."""

from __future__ import annotations

from django.urls import path

from evkit.console.views import exports, transactions

urlpatterns = [
    path("transactions/", transactions.all_transactions, name="all_transactions"),
    path("sites/<slug:code>/transactions/", transactions.transactions, name="transactions"),
    path("exports/", exports.exports, name="exports"),
    path("exports/new/", exports.new_export, name="new_export"),
    path("exports/toasts/", exports.export_toasts, name="export_toasts"),
    path("exports/<int:number>/", exports.export_file, name="export_file"),
    path("exports/<int:number>/toast/", exports.export_toast, name="export_toast"),
    path("exports/<int:number>/cancel/", exports.cancel, name="cancel_export"),
]
