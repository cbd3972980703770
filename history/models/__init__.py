from history.models.audit import AuditEntry
from history.models.export_job import ExportJob
from history.models.message import Message

__all__ = ["AuditEntry", "ExportJob", "Message"]
