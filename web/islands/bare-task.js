// Completes a task that has no form: the page's "Complete" posts no variables.
import { post } from "../shell/request.js";
import { toast } from "../shell/toasts.js";

export default function mount(host) {
  const button = document.querySelector(`[data-complete="${host.id}"]`);
  // Until now a click would have been lost.
  button?.removeAttribute("disabled");
  button?.addEventListener("click", async () => {
    button.classList.add("busy");
    try {
      const answer = await post(host.dataset.submit, { variables: {} });
      location.assign(answer?.next ?? host.dataset.next);
    } catch (error) {
      toast(error.message, "bad");
      button.classList.remove("busy");
    }
  });
  return {};
}
