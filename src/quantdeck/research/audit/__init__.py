"""Does anything know what came after: features made again from less, and labels dealt anew."""

from quantdeck.research.audit.examine import Rules, audit
from quantdeck.research.audit.report import (
    ALARM,
    AuditCheck,
    AuditReport,
    LookAhead,
    Outcome,
)

__all__ = ["ALARM", "AuditCheck", "AuditReport", "LookAhead", "Outcome", "Rules", "audit"]
