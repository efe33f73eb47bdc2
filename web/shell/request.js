// One way to talk to the server from scripts: JSON in and out, the CSRF token, and errors people can act on.
import { csrfToken, text } from "./page.js";

export class RequestFailed extends Error {
  constructor(message, status, problem) {
    super(message);
    this.status = status;
    this.problem = problem;
  }
}

async function answer(response) {
  const type = response.headers.get("content-type") ?? "";
  const body = type.includes("json") ? await response.json() : await response.text();
  if (response.ok) return body;
  const problem = typeof body === "object" && body !== null ? body : {};
  const detail = typeof problem.detail === "string" ? problem.detail : problem.title;
  throw new RequestFailed(detail || text("request_failed", { status: response.status }), response.status, problem);
}

async function call(url, options) {
  try {
    return await answer(await fetch(url, { credentials: "same-origin", ...options }));
  } catch (error) {
    if (error instanceof TypeError) throw new RequestFailed(text("server_unreachable"), 0, {});
    throw error;
  }
}

export const get = (url) => call(url, { headers: { Accept: "application/json" } });

export function send(method, url, body) {
  const isForm = body instanceof FormData;
  const headers = { Accept: "application/json", "X-CSRF-Token": csrfToken() };
  if (!isForm) headers["Content-Type"] = "application/json";
  return call(url, { method, headers, body: isForm ? body : JSON.stringify(body ?? {}) });
}

export const post = (url, body) => send("POST", url, body);
export const put = (url, body) => send("PUT", url, body);
