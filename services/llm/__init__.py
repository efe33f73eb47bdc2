"""Questions to language models: who is asked, with which prompt, within which budget, and what of the answer is believed."""

from services.llm.ask import Answered, Ask, NobodyAnswered, Refused
from services.llm.asked_twice import AskedTwice
from services.llm.breaker import Breaker
from services.llm.budget import Budget, BudgetState
from services.llm.calls import Call, CallLog, CallSummary, Outcome, month_of
from services.llm.chain import ChainedLlmGateway, Fallback, LlmGateway
from services.llm.endpoint import ModelEndpoint, ModelReply, ModelRequest
from services.llm.failures import ModelAway, ModelBroken, ModelBusy, ModelFailure, ModelRejects, ModelTimedOut
from services.llm.labels import LabelAnswer, label_answer
from services.llm.memory_calls import InMemoryCalls
from services.llm.policy import MODELS, FixedPolicy, ModelPolicy, PolicyUnavailable, Route, Routes, read_routes
from services.llm.prompts import InvalidPrompt, Prompt, Prompts, load_prompts
from services.llm.remembered import RememberedUse
from services.llm.retrying import Patience, PatientEndpoint
from services.llm.sql_calls import SqlCalls

__all__ = [
    "MODELS",
    "Answered",
    "Ask",
    "AskedTwice",
    "Breaker",
    "Budget",
    "BudgetState",
    "Call",
    "CallLog",
    "CallSummary",
    "ChainedLlmGateway",
    "Fallback",
    "FixedPolicy",
    "InMemoryCalls",
    "InvalidPrompt",
    "LabelAnswer",
    "LlmGateway",
    "ModelAway",
    "ModelBroken",
    "ModelBusy",
    "ModelEndpoint",
    "ModelFailure",
    "ModelPolicy",
    "ModelRejects",
    "ModelReply",
    "ModelRequest",
    "ModelTimedOut",
    "NobodyAnswered",
    "Outcome",
    "Patience",
    "PatientEndpoint",
    "PolicyUnavailable",
    "Prompt",
    "Prompts",
    "Refused",
    "RememberedUse",
    "Route",
    "Routes",
    "SqlCalls",
    "label_answer",
    "load_prompts",
    "month_of",
    "read_routes",
]
