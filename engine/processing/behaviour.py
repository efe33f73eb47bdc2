"""What an element can be asked to do: one object per element type, shared by all instances.

Where one element's step touches another's (an event interrupts its host, an inner instance ends in its body), the other is
asked through this class rather than imported. So each behaviour stands in a file of its own, and imports point one way.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.bpmn.model import Element
    from engine.processing.engine import Engine
    from engine.processing.entities import Trigger
    from engine.processing.instances import ElementInstance


class Behaviour:
    """Activating, completing and terminating; each is called again from its start when an incident it raised is resolved."""

    def activate(self, engine: "Engine", instance: "ElementInstance") -> None:
        """The element has been reached."""
        raise NotImplementedError

    def complete(self, engine: "Engine", instance: "ElementInstance") -> None:
        """The element is done; what completes while it is activated is never asked."""
        raise NotImplementedError

    def terminate(self, engine: "Engine", instance: "ElementInstance") -> None:
        """The element has to end before it is done."""
        raise NotImplementedError

    def after_listeners(self, engine: "Engine", instance: "ElementInstance") -> None:
        """The last execution listener of the element's start, or of its end, is done."""
        raise NotImplementedError

    def after_terminated(self, engine: "Engine", instance: "ElementInstance") -> None:
        """The element has ended before it was done."""

    def occur(
        self, engine: "Engine", subscriber: "ElementInstance", event: "Element", variables: str, *, propagates: bool
    ) -> None:
        """The event, which another element instance subscribed to, has happened."""
        raise NotImplementedError

    def take_over(self, engine: "Engine", subscriber: "ElementInstance", trigger: "Trigger") -> None:
        """The subscriber has made way for the event that interrupted it."""
        raise NotImplementedError

    def child_completing(self, engine: "Engine", scope: "ElementInstance", child: "ElementInstance") -> None:
        """A child is about to be done."""

    def child_completed(self, engine: "Engine", scope: "ElementInstance", child: "ElementInstance") -> None:
        """A child is done."""
