// The same action on many rows: one request per row, so each has its own outcome; progress is shown and can be stopped.
import { text } from "./page.js";
import { get, post } from "./request.js";
import { toast } from "./toasts.js";

const AT_ONCE = 4;

const ticked = (table) => [...table.querySelectorAll('input[name="key"]:checked')];

function showSelection(table) {
  const bar = table.querySelector("[data-selection]");
  if (!bar) return;
  const count = ticked(table).length;
  bar.hidden = count === 0;
  const label = bar.querySelector("[data-count]");
  if (label) label.textContent = count;
}

/** `keys` are worked off in order, a few at a time; a row's tick goes when its request succeeded. */
async function run(table, url, keys) {
  const queue = [...keys];
  const bar = table.querySelector("progress");
  const failed = [];
  let done = 0;
  let stopped = false;
  bar.hidden = false;
  bar.max = keys.length;
  const stop = table.querySelector("[data-stop]");
  stop.hidden = false;
  stop.onclick = () => { stopped = true; };
  const worker = async () => {
    for (let key = queue.shift(); key && !stopped; key = queue.shift()) {
      try {
        await post(url.replace("{key}", key), {});
        const box = table.querySelector(`input[name="key"][value="${CSS.escape(key)}"]`);
        if (box) box.checked = false;
      } catch (error) {
        failed.push(error.message);
      }
      bar.value = ++done;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  bar.hidden = stop.hidden = true;
  const counts = { done: done - failed.length, failed: failed.length, all: keys.length };
  toast(failed.length ? `${text("batch_partly", counts)} ${failed[0]}` : text("batch_done", counts), failed.length ? "bad" : "good");
  showSelection(table);
}

/** The ticked rows, or with data-batch-keys all that the server names. */
async function start(button) {
  const table = button.closest("[data-batch]");
  button.disabled = true;
  try {
    const source = button.dataset.batchKeys;
    const keys = source ? (await get(source)).keys : ticked(table).map((box) => box.value);
    await run(table, button.dataset.batchUrl, keys);
  } catch (error) {
    toast(error.message, "bad");
  } finally {
    button.disabled = false;
  }
}

export function startBatches() {
  document.addEventListener("change", (event) => {
    const table = event.target.closest?.("[data-batch]");
    if (!table) return;
    if (event.target.matches("[data-all]")) {
      for (const box of table.querySelectorAll('input[name="key"]')) box.checked = event.target.checked;
    }
    showSelection(table);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-batch-url]");
    if (button) start(button);
  });
}
