"""Personal data out of a text before it leaves, and back in when the answer returns."""

from services.personal_data.masking import Masked, mask, unmask

__all__ = ["Masked", "mask", "unmask"]
