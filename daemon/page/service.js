// The service behind the page. Addresses are relative, so that a proxy may serve it under a path.

const TOKEN_KEY = "isptune-token";
// The service says something at least this often; a line that is silent for longer is dead.
const LONGEST_SILENCE_MS = 40_000;

// Something that the service refused or could not be asked. Its message is for people.
export class ServiceError extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

// The text of a refusal.
const refusal = async (response) => {
  const text = await response.text().catch(() => "");
  try {
    return JSON.parse(text).error;
  } catch {
    return text || `The service answered ${response.status} ${response.statusText}.`;
  }
};

export class Service {
  #token = sessionStorage.getItem(TOKEN_KEY) ?? "";
  #askToken;
  #asking = null;

  // `askToken(wasWrong)` resolves to a token that a person has typed.
  constructor(askToken) {
    this.#askToken = askToken;
  }

  async #fetch(path, options = {}) {
    for (;;) {
      const used = this.#token;
      const headers = { ...options.headers };
      if (used) headers.authorization = `Bearer ${used}`;
      let response;
      try {
        response = await fetch(`v1/${path}`, { cache: "no-cache", ...options, headers });
      } catch (error) {
        if (options.signal?.aborted) throw error;
        throw new ServiceError("The service cannot be reached. Is isptuned running?");
      }
      if (response.status !== 401) return response;
      // Another call may have got a token meanwhile; else one question serves all that wait.
      if (used === this.#token) await this.#newToken(used !== "");
    }
  }

  #newToken(wasWrong) {
    this.#asking ??= this.#askToken(wasWrong).then((token) => {
      this.#token = token;
      this.#asking = null;
      sessionStorage.setItem(TOKEN_KEY, token);
    });
    return this.#asking;
  }

  // Calls a route; `body` is sent as JSON, or as it is when it is a Blob. Returns what the answer
  // holds, or null. Throws a ServiceError.
  async call(method, path, body) {
    const options = { method };
    if (body instanceof Blob) {
      options.body = body;
      options.headers = { "content-type": body.type || "application/octet-stream" };
    } else if (body !== undefined) {
      options.body = JSON.stringify(body);
      options.headers = { "content-type": "application/json" };
    }
    const response = await this.#fetch(path, options);
    if (!response.ok) throw new ServiceError(await refusal(response), response.status);
    const text = await response.text();
    return text ? JSON.parse(text) : null;
  }

  // A picture as a Blob, or null while there is none.
  async picture(path) {
    const response = await this.#fetch(path);
    if (response.status === 404 || response.status === 204) return null;
    if (!response.ok) throw new ServiceError(await refusal(response), response.status);
    return response.blob();
  }

  // The events of the service: `opened()` once it listens, then `heard(status)` for each.
  // Returns when the line ends, throws when it breaks. (EventSource could not send a token.)
  async listen(opened, heard) {
    const control = new AbortController();
    let silence;
    const alive = () => {
      clearTimeout(silence);
      silence = setTimeout(() => control.abort(), LONGEST_SILENCE_MS);
    };
    try {
      const headers = { accept: "text/event-stream" };
      const response = await this.#fetch("events", { headers, signal: control.signal });
      if (!response.ok) throw new ServiceError(await refusal(response), response.status);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      await opened();
      let waiting = "";
      for (;;) {
        alive();
        const { done, value } = await reader.read();
        if (done) return;
        const blocks = (waiting + value).replaceAll("\r\n", "\n").split("\n\n");
        waiting = blocks.pop();
        for (const block of blocks) hear(block, heard);
      }
    } finally {
      clearTimeout(silence);
      control.abort();
    }
  }
}

const hear = (block, heard) => {
  const lines = block.split("\n");
  // Later kinds of events are for pages that know them.
  if (!lines.includes("event: camera")) return;
  const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
  heard(JSON.parse(data.join("\n")));
};
