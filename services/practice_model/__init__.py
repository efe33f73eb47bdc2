"""A practice model: a small server that speaks OpenAI's protocol and answers by rules, so that everything around a language
model can be tried and tested on a machine that has none. It can also fail in every way a real one fails.
"""

from services.practice_model.app import MODEL_NAME, create_practice_app
from services.practice_model.faults import FAULTS, FaultPlan, InvalidFaults

__all__ = ["FAULTS", "MODEL_NAME", "FaultPlan", "InvalidFaults", "create_practice_app"]
