"""Who a customer is at the portal: an address that could open a link sent to it. Separate from staff's accounts."""

from services.portal.access import CustomerSession, LinkRefused, PortalAccess, SqlPortalAccess, TooManyLinks

__all__ = ["CustomerSession", "LinkRefused", "PortalAccess", "SqlPortalAccess", "TooManyLinks"]
