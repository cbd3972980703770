from history.models.audit import AuditEntry
from history.models.message import Message

__all__ = ["AuditEntry", "Message"]
