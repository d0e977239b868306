// Stands in for the service: serves the page's own files, plays recorded statuses and pictures, and
// does what it is asked, as far as the page can see it.
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".jpg": "image/jpeg",
};
// As the service says it.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

// `pageFolders`: where the page's files are; `folder`: statuses.json and pictures as CAMERA-KIND.jpg
// and look-NAME.jpg; `token`: what must be said.
export class StandIn {
  calls = [];
  #pageFolders;
  #folder;
  #token;
  #cameras;
  #looks;
  #unreadable;
  #groups;
  #listeners = new Set();
  #server = null;
  #port = 0;
  #uploads = new Map();

  constructor(pageFolders, folder, token) {
    this.#pageFolders = pageFolders;
    this.#folder = folder;
    this.#token = token;
    const recorded = JSON.parse(readFileSync(join(folder, "recorded.json"), "utf8"));
    this.#cameras = new Map(recorded.cameras.map((status) => [status.name, status]));
    this.#looks = recorded.looks;
    this.#unreadable = recorded.unreadable;
    this.#groups = recorded.groups;
    this.plan = recorded.plan;
  }

  get address() {
    return `http://127.0.0.1:${this.#port}/`;
  }

  status(name) {
    return this.#cameras.get(name);
  }

  // Listens, on the port that it had before if it had one.
  async start() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error) => response.destroy(error));
    });
    await new Promise((resolve) => this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = this.#server.address().port;
  }

  // Ends every connection and listens no more.
  async stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    this.#listeners.clear();
    await closed;
  }

  // Changes a camera's status and tells all who listen.
  play(name, change) {
    const before = this.#cameras.get(name);
    const status = { ...before, ...change, revision: before.revision + 1 };
    this.#cameras.set(name, status);
    for (const listener of this.#listeners) listener.write(`event: camera\nid: ${status.revision}\ndata: ${JSON.stringify(status)}\n\n`);
  }

  async #answer(request, response) {
    const { pathname, search, searchParams } = new URL(request.url, this.address);
    if (!pathname.startsWith("/v1/")) return this.#file(pathname, response);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (this.#token && request.headers.authorization !== `Bearer ${this.#token}`) {
      return send(response, 401, { error: "a token is needed here" });
    }
    const path = pathname.slice(4).split("/").map(decodeURIComponent);
    if (request.method !== "GET") {
      const said = request.headers["content-type"] === "application/json" ? JSON.parse(body) : body.length;
      this.calls.push([request.method, path.join("/") + search, body.length ? said : null]);
    }
    const [what, name, part] = path;
    if (what === "status") {
      return send(response, 200, { version: "0.0.0", cameras: [...this.#cameras.values()] });
    }
    if (what === "events") return this.#listen(response);
    if (what === "groups") return send(response, 200, { groups: this.#groups });
    if (what === "looks") return this.#look(request, response, name, part, body);
    if (what === "cameras" && part === "picture") {
      return this.#picture(response, `${name}-${searchParams.get("kind")}`);
    }
    if (what === "cameras") return this.#deed(response, name, part, body.length ? JSON.parse(body) : {});
    return send(response, 404, { error: `there is no ${pathname}` });
  }

  #file(pathname, response) {
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    const file = this.#pageFolders.map((folder) => join(folder, name)).find(existsSync);
    if (!file || name.includes("/")) return send(response, 404, { error: `there is no ${pathname}` });
    response.writeHead(200, {
      "content-type": TYPES[extname(name)],
      "content-security-policy": POLICY,
      "cache-control": "no-cache",
    });
    response.end(readFileSync(file));
  }

  #picture(response, stem) {
    const file = join(this.#folder, `${stem}.jpg`);
    if (!existsSync(file)) return send(response, 404, { error: "there is no such picture yet" });
    response.writeHead(200, { "content-type": "image/jpeg" });
    response.end(readFileSync(file));
  }

  #listen(response) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": listening\n\n");
    this.#listeners.add(response);
    response.on("close", () => this.#listeners.delete(response));
  }

  #look(request, response, name, part, body) {
    const known = this.#looks.find((look) => look.name === name);
    const isForced = new URL(request.url, this.address).searchParams.get("force") === "true";
    if (!name) return send(response, 200, { looks: this.#looks, unreadable: this.#unreadable });
    if (part === "thumbnail" && this.#uploads.has(name)) {
      response.writeHead(200, { "content-type": "image/png" });
      return response.end(this.#uploads.get(name));
    }
    if (part === "thumbnail") return this.#picture(response, `look-${name}`);
    if (request.method === "PUT" && name === "blurred" && !isForced) {
      return send(response, 422, { error: "blurred; give a better picture" });
    }
    if (request.method === "PUT") {
      this.#uploads.set(name, body);
      if (!known) this.#looks = [...this.#looks, { name, tags: {} }];
    } else {
      this.#looks = this.#looks.filter((look) => look !== known);
    }
    return send(response, 200, {});
  }

  #deed(response, name, deed, body) {
    const before = this.#cameras.get(name);
    const parameters = (change) => before.parameters.map((entry) => ({ ...entry, ...change(entry) }));
    const refused = deed === "retune" && before.state === "waiting";
    if (refused) {
      return send(response, 409, { error: "the camera is not there now: plug it in" });
    }
    const change = {
      hold: { state: "paused", paused: true },
      resume: { state: "measuring", paused: false },
      restore: { state: "paused", paused: true },
      retune: { state: "tuning", queries: [] },
      plan: null,
      look: { look: body.name, strength: body.strength },
      locks: { parameters: parameters(({ name }) => ({ locked: body.parameters?.includes(name) })) },
      params: {
        state: "paused",
        paused: true,
        parameters: parameters(({ name, value }) => ({ value: body[name] ?? value })),
      },
      revert: {},
    }[deed];
    if (change) this.play(name, change);
    return send(response, 200, deed === "plan" ? this.plan : { answer: "accepted" });
  }
}

const send = (response, status, value) => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
};
