/** What a server's refusal says (RFC 9457), whoever has answered. */
import type { Problem } from "./types";

/** As much of a problem as there may be: another than the server knows no codes of its. */
type Said = Partial<Omit<Problem, "code">> & { code?: string };

/** The server could not be asked at all. */
export const UNREACHABLE: Said = {
  title: "No connection",
  detail: "The server cannot be reached. What you see may be old; the page tries again by itself.",
  status: 0,
  code: "unreachable",
};

/** Reads a refusal. What is between us and the server (a proxy) may answer for it, and not in JSON. */
export async function problemOf(response: Response): Promise<Said> {
  const { status } = response;
  const isJson = /[/+]json/.test(response.headers.get("Content-Type") ?? "");
  const told: unknown = isJson ? await response.json().catch(() => null) : null;
  if (typeof told === "object" && told !== null && "detail" in told) return { status, ...(told as Said) };
  return { status, title: "No answer", code: "no_answer", detail: noAnswer(status) };
}

function noAnswer(status: number): string {
  const away = status >= 502 && status <= 504 ? "it is probably being restarted" : "something between here and it has answered";
  return `The server's answer (${status}) cannot be read: ${away}. Try again in a moment.`;
}
