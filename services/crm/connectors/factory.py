"""From a connection as it is kept to the CRM behind it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import httpx
from sqlalchemy import Engine

from services.crm.connectors import amocrm, bitrix24, chatwoot, tryton
from services.crm.connectors.amocrm import AmoCrm, AmoTokenRequest
from services.crm.connectors.bitrix24 import Bitrix24, BitrixTokenRequest
from services.crm.connectors.chatwoot import Chatwoot
from services.crm.connectors.http import Caller
from services.crm.connectors.ports import Credentials, Crm
from services.crm.connectors.rate import TokenBucket
from services.crm.connectors.sealing import Seal
from services.crm.connectors.tokens import SqlTokens, TokenRequest
from services.crm.connectors.tryton import Tryton

OAUTH = frozenset({"bitrix24", "amocrm"})
_RATES = {
    "bitrix24": (bitrix24.PER_SECOND, bitrix24.BURST),
    "amocrm": (amocrm.PER_SECOND, amocrm.BURST),
    "chatwoot": (chatwoot.PER_SECOND, chatwoot.BURST),
    "tryton": (tryton.PER_SECOND, tryton.BURST),
}
_CHATWOOT_ADDRESS = re.compile(r"(?P<base>https?://.+?)(?:/app)?/accounts/(?P<account>\d{1,18})(?:/.*)?")


@dataclass(frozen=True, slots=True)
class CrmFactory:
    """`client` guards where requests go."""

    engine: Engine
    client: httpx.Client
    seal: Seal

    def crm(self, connection_id: str, system: str, base_url: str) -> Crm:
        caller, tokens = self._caller(system), self.tokens(connection_id, system, base_url)
        if system == "bitrix24":
            return Bitrix24(base_url, caller, tokens).crm()
        if system == "amocrm":
            return AmoCrm(base_url, caller, tokens).crm()
        if system == "tryton":
            return Tryton(base_url, caller, tokens).crm()
        found = _CHATWOOT_ADDRESS.fullmatch(base_url)
        base, account = (found["base"], found["account"]) if found else (base_url, "1")
        return Chatwoot(base, account, caller, tokens).crm()

    def tokens(self, connection_id: str, system: str, base_url: str) -> SqlTokens:
        return SqlTokens(self.engine, connection_id, self.seal, self._token_request(system, base_url))

    def connect(self, connection_id: str, system: str, base_url: str, code: str, redirect_uri: str) -> None:
        """Trade the code of somebody who agreed at the system for tokens. Raises `NotConnected`, `CrmBusy`."""
        request, tokens = self._token_request(system, base_url), self.tokens(connection_id, system, base_url)
        assert request is not None, f"{system} knows no codes"
        held = tokens.stored()
        agreed = Credentials(
            client_id=held.client_id,
            client_secret=held.client_secret,
            webhook_secret=held.webhook_secret,
            redirect_uri=redirect_uri,
        )
        found = request(agreed, code)
        tokens.store(
            Credentials(
                found.access_token,
                found.refresh_token,
                held.client_id,
                held.client_secret,
                held.webhook_secret,
                redirect_uri=redirect_uri,
            ),
            seconds=found.seconds,
        )

    def _token_request(self, system: str, base_url: str) -> TokenRequest | None:
        requests: dict[str, Callable[[], TokenRequest]] = {
            "bitrix24": lambda: BitrixTokenRequest(self._caller(system)),
            "amocrm": lambda: AmoTokenRequest(base_url, self._caller(system)),
        }
        made = requests.get(system)
        return made() if made else None

    def _caller(self, system: str) -> Caller:
        per_second, burst = _RATES[system]
        return Caller(self.client, TokenBucket(per_second, burst))


def authorise_url(system: str, base_url: str, client_id: str, state: str, redirect_uri: str) -> str:
    """Where somebody agrees that Penstock may read and write."""
    asked = {"client_id": client_id, "state": state, "redirect_uri": redirect_uri}
    if system == "bitrix24":
        return f"{base_url}/oauth/authorize/?{urlencode({**asked, 'response_type': 'code'})}"
    host = urlsplit(base_url).hostname or ""
    return f"https://www.{'.'.join(host.split('.')[-2:])}/oauth?{urlencode({**asked, 'mode': 'popup'})}"
