/** Events of a server (SSE) over `fetch`, which can carry the access token where `EventSource` cannot. */
import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import { authorised } from "./client";
import { problemOf } from "./problem";

/** Follows a request's events until they end; throws the problem where it is refused. */
export async function follow(
  path: string,
  init: RequestInit,
  hear: (event: EventSourceMessage) => void,
): Promise<void> {
  const headers = { ...init.headers, Accept: "text/event-stream" };
  const response = await authorised(new Request(path, { ...init, headers }));
  if (!response.ok || response.body === null) throw await problemOf(response);
  const events = response.body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .pipeThrough(new EventSourceParserStream());
  const reader = events.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    hear(value);
  }
}
